//! The upstreams as a service's request can lead to one of them: plain values, made where the upstreams are configured, so
//! that the protocol needs to know nothing of how one is reached.

use crate::acr::{Aal, Ial};
use crate::upstream::UpstreamId;

/// One upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamWay {
    /// Its name in addresses.
    pub id: UpstreamId,
    /// Whether people may arrive by it.
    pub is_on: bool,
    /// Whether the national portal's deep link leads to it.
    pub deep_link: bool,
    /// What its rules make of a sign-in there: each level that somebody can arrive with.
    pub levels: Vec<(Ial, Aal)>,
}

/// All of them, in the order in which people are offered them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamWays(Vec<UpstreamWay>);

impl UpstreamWays {
    /// The upstreams in this order.
    pub const fn new(ways: Vec<UpstreamWay>) -> Self {
        Self(ways)
    }

    /// The one of this name, on or off.
    pub fn named(&self, id: &str) -> Option<&UpstreamWay> {
        self.0.iter().find(|way| way.id.as_str() == id)
    }

    /// The one that the national portal's deep link leads to: one that is on, if there is any.
    pub fn of_deep_link(&self) -> Option<&UpstreamWay> {
        let all = || self.0.iter().filter(|way| way.deep_link);
        all().find(|way| way.is_on).or_else(|| all().next())
    }

    /// Those by which people may arrive.
    pub fn on(&self) -> impl Iterator<Item = &UpstreamWay> {
        self.0.iter().filter(|way| way.is_on)
    }

    /// The levels that somebody can arrive with by any of them.
    pub fn levels(&self) -> impl Iterator<Item = (Ial, Aal)> {
        self.on().flat_map(|way| way.levels.iter().copied())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn way(id: &str, is_on: bool, deep_link: bool) -> UpstreamWay {
        UpstreamWay { id: UpstreamId::parse(id).unwrap(), is_on, deep_link, levels: vec![(Ial(2), Aal(2))] }
    }

    // security: row 23
    #[test]
    fn what_is_off_is_known_and_leads_nowhere() {
        let ways = UpstreamWays::new(vec![way("a", false, true), way("b", true, true), way("c", true, false)]);
        let deep_link = |ways: &UpstreamWays| ways.of_deep_link().map(|way| (way.id.to_string(), way.is_on));
        assert_eq!(deep_link(&ways), Some(("b".to_owned(), true)), "another takes its place");
        assert_eq!(ways.named("a").map(|way| way.is_on), Some(false));
        assert_eq!(ways.named("d"), None);
        assert_eq!(ways.on().map(|way| way.id.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        let off = UpstreamWays::new(vec![way("a", false, true)]);
        assert_eq!((deep_link(&off), off.levels().count()), (Some(("a".to_owned(), false)), 0));
        assert_eq!(deep_link(&UpstreamWays::new(vec![way("c", true, false)])), None);
    }
}
