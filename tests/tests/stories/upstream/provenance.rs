//! Who vouches for a fact, and since when, after many arrivals.

use super::{id_of, known, signed_in};
use portal_id_testkit::core::accounts::ArrivalOutcome;
use portal_id_testkit::core::acr::Ial;
use portal_id_testkit::core::facts::Phone;
use portal_id_testkit::core::profile::{FactSource, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::{Brought, BroughtLevel, Purpose, UpstreamIdentity};
use portal_id_testkit::core::vouched::VouchedKind;
use portal_id_testkit::upstream::{upstream, vouched_citizen};
use portal_id_testkit::{TestIdp, Visitor};

const NUMBER: &str = "024185001234";

/// Binh, as the national portal or another provider vouches for them today.
fn by(idp: &TestIdp, source: FactSource, ial: u8) -> UpstreamIdentity {
    let identity = vouched_citizen(idp, "binh", NUMBER);
    let name = if source == FactSource::NationalPortal { "vnconnect" } else { "other" };
    let level = BroughtLevel { ial: Ial(ial), ..identity.level.clone() };
    UpstreamIdentity { upstream: upstream(name), source, level, ..identity }
}

// security: row 11
#[tokio::test]
async fn the_word_that_weighs_more_stands_and_of_equal_ones_the_later() {
    use FactSource::{NationalPortal, Provider};
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&by(&idp, Provider, 1)).await;
    let who = visitor.who().await.expect("signed in");
    let link = Purpose::Link { session: who.session.id.clone() };
    let mut expected = (Provider, idp.now());
    for (source, ial, is_taken) in [
        (NationalPortal, 1, true),
        (Provider, 1, false),
        (NationalPortal, 1, true),
        (NationalPortal, 2, true),
        (NationalPortal, 1, false),
        (Provider, 2, false),
        (NationalPortal, 2, true),
        (Provider, 3, true),
        (NationalPortal, 2, false),
        (Provider, 3, true),
        (NationalPortal, 3, true),
        (Provider, 3, false),
    ] {
        idp.advance(Span::minutes(5)).await;
        let identity = by(&idp, source, ial);
        if known(&idp, &who.account.id).await.links.iter().all(|link| link.upstream != identity.upstream) {
            let linked = visitor.arrive_to(&identity, link.clone()).await;
            assert!(matches!(linked, ArrivalOutcome::Linked), "{linked:?}");
        } else {
            assert_eq!(signed_in(&visitor.arrive(&identity).await).0.ial, Ial(ial));
        }
        if is_taken {
            expected = (source, idp.now());
        }
        let after = known(&idp, &who.account.id).await;
        let number = after.fact(IdentifierKind::IdentityNumber).expect("the number");
        assert!(number.claimed);
        assert_eq!((number.source, number.verified_at), (expected.0, Some(expected.1)), "{source:?} {ial}");
        let record = after.vouched.iter().find(|fact| fact.kind == VouchedKind::IdentityNumber).expect("a record");
        assert_eq!((record.source, record.verified_at), expected, "as services and as the account's page are told");
    }
}

#[tokio::test]
async fn what_somebody_proved_here_by_a_code_stays_their_own_proof() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.sign_in(&an).await;
    let id = id_of(&idp, &an.username).await;
    let before = known(&idp, &id).await;
    idp.advance(Span::minutes(5)).await;
    let mut identity = vouched_citizen(&idp, "an", &an.identity_number);
    identity.facts.phone = Some(Brought { value: Phone::from_stored(&an.e164).unwrap(), vouched: true });
    let session = visitor.who().await.expect("signed in").session.id;
    visitor.arrive_to(&identity, Purpose::Link { session }).await;
    let after = known(&idp, &id).await;
    assert_eq!(after.fact(IdentifierKind::Phone), before.fact(IdentifierKind::Phone));
    assert_eq!(after.fact(IdentifierKind::Phone).map(|phone| phone.source), Some(FactSource::PhoneCode));
    assert_eq!(after.provenance(&idp, VouchedKind::IdentityNumber), Some((FactSource::NationalPortal, 2)));
}
