//! The bounded pool that pays for password hashes: one thread per core, each with its own memory, a queue with an end.
//!
//! A hash costs 15 ms and 19 MiB. Without the bound, a flood of sign-ins would hold hundreds of megabytes and starve
//! every other endpoint (security.md row 17).

use super::hash::{self, HashSettings, UnreadableHash};
use crate::entropy::Entropy;
use crate::time::Span;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// Why the pool gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashFailure {
    /// Too many people wait already; come back after this long.
    #[error("too many password checks are waiting")]
    Overloaded(Span),
    /// A stored hash is damaged, or the pool has stopped.
    #[error("a password could not be checked")]
    Broken,
}

enum Work {
    Hash { password: Zeroizing<Vec<u8>>, salt: [u8; 16], reply: oneshot::Sender<Result<String, UnreadableHash>> },
    Verify { password: Zeroizing<Vec<u8>>, phc: String, reply: oneshot::Sender<Result<bool, UnreadableHash>> },
}

/// The pool. Dropping it lets the threads finish what was accepted.
pub struct HashPool {
    settings: HashSettings,
    queue: SyncSender<Work>,
    decoy: String,
    verified: AtomicU64,
}

impl HashPool {
    /// Starts the threads.
    pub fn start(settings: HashSettings) -> Result<Self, HashFailure> {
        let decoy = hash::hash(&settings, b"nobody has this password", &[0x5a; 16], &mut Vec::new())
            .map_err(|_| HashFailure::Broken)?;
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(2, usize::from),
            threads => threads,
        };
        let (queue, work) = sync_channel(settings.queue.max(1));
        let work = Arc::new(Mutex::new(work));
        for number in 0..threads {
            let (settings, work) = (settings.clone(), Arc::clone(&work));
            std::thread::Builder::new()
                .name(format!("password-hash-{number}"))
                .spawn(move || run(&settings, &work))
                .map_err(|_| HashFailure::Broken)?;
        }
        Ok(Self { settings, queue, decoy, verified: AtomicU64::new(0) })
    }

    /// The hash of a new password.
    pub async fn hash(&self, password: &str, entropy: &dyn Entropy) -> Result<String, HashFailure> {
        let (reply, answer) = oneshot::channel();
        let salt = *entropy.bytes::<16>();
        self.submit(Work::Hash { password: Zeroizing::new(password.as_bytes().to_vec()), salt, reply })?;
        answer.await.map_err(|_| HashFailure::Broken)?.map_err(|_| HashFailure::Broken)
    }

    /// Whether `password` has the stored hash. With `None` (an unknown name, an account without a password) the same
    /// work is done on a hash that nothing matches, so that the time taken tells nothing (security.md row 15). That hash
    /// has the costs of today's setting, a stored one those of when it was made: after the setting was changed the two
    /// differ, for each account until its owner signs in (`docs/adr/0006`).
    pub async fn verify(&self, password: &str, phc: Option<&str>) -> Result<bool, HashFailure> {
        let (reply, answer) = oneshot::channel();
        let known = phc.is_some();
        self.verified.fetch_add(1, Ordering::Relaxed);
        let phc = phc.unwrap_or(&self.decoy).to_owned();
        self.submit(Work::Verify { password: Zeroizing::new(password.as_bytes().to_vec()), phc, reply })?;
        let matches = answer.await.map_err(|_| HashFailure::Broken)?.map_err(|_| HashFailure::Broken)?;
        Ok(matches && known)
    }

    /// How many passwords were looked at since the start, decoys among them.
    pub fn verified(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    /// Whether a stored hash was made with other costs than are set now.
    pub fn needs_rehash(&self, phc: &str) -> bool {
        hash::needs_rehash(&self.settings, phc)
    }

    fn submit(&self, work: Work) -> Result<(), HashFailure> {
        self.queue.try_send(work).map_err(|refused| match refused {
            TrySendError::Full(_) => HashFailure::Overloaded(Span::seconds(5)),
            TrySendError::Disconnected(_) => HashFailure::Broken,
        })
    }
}

fn run(settings: &HashSettings, work: &Mutex<Receiver<Work>>) {
    let mut memory = Vec::new();
    loop {
        // The lock is held only while waiting for work, never while hashing.
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        // A reply nobody waits for any more is not an error: the visitor went away.
        match next {
            Ok(Work::Hash { password, salt, reply }) => {
                drop(reply.send(hash::hash(settings, &password, &salt, &mut memory)));
            }
            Ok(Work::Verify { password, phc, reply }) => drop(reply.send(hash::verify(&phc, &password, &mut memory))),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    fn pool(threads: usize, queue: usize) -> HashPool {
        HashPool::start(HashSettings { memory_kib: 32, passes: 1, threads, queue }).unwrap()
    }

    #[tokio::test]
    async fn the_pool_hashes_and_verifies_and_never_accepts_an_unknown_account() {
        let pool = pool(2, 8);
        let phc = pool.hash("mật khẩu dài", &OsEntropy).await.unwrap();
        assert!(pool.verify("mật khẩu dài", Some(&phc)).await.unwrap());
        assert!(!pool.verify("mật khẩu khác", Some(&phc)).await.unwrap());
        assert!(!pool.verify("nobody has this password", None).await.unwrap());
    }

    // security: row 17
    #[tokio::test]
    async fn a_full_queue_says_so_at_once_instead_of_growing() {
        let pool = HashPool::start(HashSettings { memory_kib: 65_536, passes: 3, threads: 1, queue: 1 }).unwrap();
        let tries: Vec<_> = (0..8).map(|_| pool.verify("x", None)).collect();
        let answers = futures_join(tries).await;
        assert!(answers.iter().any(|answer| matches!(answer, Err(HashFailure::Overloaded(_)))), "{answers:?}");
        assert!(answers.contains(&Ok(false)), "{answers:?}");
    }

    async fn futures_join<F: Future<Output = Result<bool, HashFailure>>>(
        futures: Vec<F>,
    ) -> Vec<Result<bool, HashFailure>> {
        let mut pinned: Vec<_> = futures.into_iter().map(Box::pin).collect();
        let mut answers = Vec::new();
        // Polling each once submits them all before any is awaited.
        std::future::poll_fn(|cx| {
            answers.clear();
            for future in &mut pinned {
                if let std::task::Poll::Ready(Err(failure)) = future.as_mut().poll(cx) {
                    answers.push(Err(failure));
                }
            }
            std::task::Poll::Ready(())
        })
        .await;
        let refused = answers.len();
        for future in pinned.drain(..8 - refused) {
            answers.push(future.await);
        }
        answers
    }
}
