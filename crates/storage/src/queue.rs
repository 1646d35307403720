//! The bounded queue between the async world and the threads that own connections.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Why an item was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueueRefusal {
    Full,
    Closed,
}

/// A queue with many producers and many consumers.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    capacity: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        let state = State { waiting: VecDeque::new(), closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new(), capacity: capacity.max(1) }
    }

    /// Puts an item in, without waiting.
    pub(crate) fn push(&self, item: T) -> Result<(), QueueRefusal> {
        let mut state = self.lock();
        if state.closed {
            return Err(QueueRefusal::Closed);
        }
        if state.waiting.len() >= self.capacity {
            return Err(QueueRefusal::Full);
        }
        state.waiting.push_back(item);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for items and takes all there are, at most `limit`. Empty once the queue is closed and drained.
    pub(crate) fn take(&self, limit: usize) -> Vec<T> {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.closed {
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.waiting.len().min(limit);
        state.waiting.drain(..count).collect()
    }

    /// Takes nothing more in; what waits is still given out.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_and_a_closed_one_still_gives_out_what_waits() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(1), Ok(()));
        assert_eq!(queue.push(2), Ok(()));
        assert_eq!(queue.push(3), Err(QueueRefusal::Full));
        assert_eq!(queue.take(1), [1]);
        queue.close();
        assert_eq!(queue.push(4), Err(QueueRefusal::Closed));
        assert_eq!(queue.take(64), [2]);
        assert!(queue.take(64).is_empty());
    }
}
