//! Names become addresses here and nowhere else, and only those within reach are handed to the connection. A name that
//! resolves to another address a moment later changes nothing: what was judged is what is connected to.

use super::guard::{NOT_PUBLIC, Reach};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

/// A look-up under way.
pub(super) type LookingUp = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows names.
pub(super) trait LookUp: Send + Sync {
    fn look_up(&self, name: &str) -> LookingUp;
}

/// The system's resolver.
pub(super) struct SystemNames;

impl LookUp for SystemNames {
    fn look_up(&self, name: &str) -> LookingUp {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|socket| socket.ip()).collect())
        })
    }
}

/// Addresses within reach, of the names that `names` knows.
pub(super) struct GuardedNames<N> {
    reach: Arc<Reach>,
    names: N,
}

impl<N> GuardedNames<N> {
    pub(super) const fn new(reach: Arc<Reach>, names: N) -> Self {
        Self { reach, names }
    }
}

impl<N: LookUp> Resolve for GuardedNames<N> {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, looking_up) = (Arc::clone(&self.reach), self.names.look_up(name.as_str()));
        Box::pin(async move {
            let mut found = looking_up.await?;
            found.retain(|address| reach.holds(*address));
            if found.is_empty() {
                return Err(OutOfReach.into());
            }
            // Port 0 becomes that of the address that is called.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// A name without any address within reach.
#[derive(Debug, thiserror::Error)]
#[error("{NOT_PUBLIC}")]
struct OutOfReach;

/// Whether a call failed because its name led out of reach: then why.
pub(super) fn refusal(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<OutOfReach>() {
            return Some(NOT_PUBLIC);
        }
        cause = error.source();
    }
    None
}
