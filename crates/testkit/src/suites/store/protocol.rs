//! Cases about clients, consents and grants.

use super::Subject;
use super::samples::{
    MINUTE, NOW, TICK, account_id, add_account, assert_same_challenge, assert_same_grant, assert_same_message,
    challenge, client, consent, digest, grant, identifier, message,
};
use portal_id_core::challenge::Challenge;
use portal_id_core::claims_request::{ClaimRequest, RequestedClaims};
use portal_id_core::client::{Client, ClientSource, Stored};
use portal_id_core::consent::Consent;
use portal_id_core::grant::Grant;
use portal_id_core::ids::{ClientId, GrantId, SessionId};
use portal_id_core::outbox::OutboxRow;
use portal_id_core::profile::{FactStanding, Identifier, IdentifierKind};
use portal_id_core::store::{Store, StoreError, StoreResult, Tx};
use portal_id_core::time::{Span, Timestamp};

async fn add_client(store: &Store, client: Client) -> StoreResult<()> {
    store.tx("add_client", move |tx| tx.insert_client(&client)).await
}

/// All fields, whatever the text; the list is ordered by id, byte for byte.
pub async fn a_client_comes_back_as_it_was(subject: Subject) {
    let full = client("land");
    let bare = Client { secrets: Vec::new(), disabled_at: None, source: ClientSource::File, ..client("Zoning") };
    for put in [&full, &bare] {
        add_client(&subject.store, put.clone()).await.expect("added");
        let id = put.id.clone();
        let found = subject.store.read("find", move |tx| tx.find_client(&id)).await.expect("a read");
        assert_eq!(found.as_ref(), Some(put));
    }
    assert_eq!(add_client(&subject.store, client("land")).await, Err(StoreError::Conflict("clients.id".to_owned())));
    let listed = subject.store.read("list", |tx| tx.list_clients()).await.expect("a read");
    assert_eq!(listed, [bare, full]);
    let missing = subject.store.read("find", |tx| tx.find_client(&ClientId::from_text("LAND"))).await;
    assert_eq!(missing, Ok(None));
}

/// Secrets, metadata, source and the switch.
pub async fn a_client_changes_but_for_id_and_creation(subject: Subject) {
    add_client(&subject.store, client("land")).await.expect("added");
    let mut changed = client("land");
    changed.metadata.client_name_en = None;
    changed.metadata.redirect_uris.push("https://b.example/".to_owned());
    changed.secrets.truncate(1);
    changed = Client { source: ClientSource::Demo, updated_at: NOW + MINUTE, disabled_at: None, ..changed };
    let new = Client { created_at: NOW + Span::days(9), ..changed.clone() };
    assert_eq!(subject.store.tx("update", move |tx| tx.update_client(&new)).await, Ok(true));
    assert_eq!(subject.store.read("find", |tx| tx.find_client(&ClientId::from_text("land"))).await, Ok(Some(changed)));
    assert_eq!(subject.store.tx("update", |tx| tx.update_client(&client("none"))).await, Ok(false));
}

/// A client as a newer version would write it, with these fields beside ours or in place of them.
fn of_a_newer_version(id: &str, fields: serde_json::Value) -> Client {
    let serde_json::Value::Object(fields) = fields else { unreachable!("fields") };
    Client { disabled_at: None, stored: Stored::WithUnknownFields(fields), ..client(id) }
}

/// Nodes are upgraded one after the other: an old one serves no client of which it does not know everything, and loses
/// nothing of it.
pub async fn a_client_of_a_newer_version_stops_nobody_and_stays_as_it_was(subject: Subject) {
    let find = async |id: &'static str| {
        let found = subject.store.read("find", move |tx| tx.find_client(&ClientId::from_text(id))).await;
        found.expect("a read").expect("found")
    };
    let update = async |client: Client| {
        assert_eq!(subject.store.tx("update", move |tx| tx.update_client(&client)).await, Ok(true));
    };
    let wider = of_a_newer_version("land", serde_json::json!({ "of_the_future": { "a": [1] } }));
    let foreign = of_a_newer_version("tax", serde_json::json!({ "token_endpoint_auth_method": "tls_client_auth" }));
    for client in [&wider, &foreign] {
        add_client(&subject.store, client.clone()).await.expect("added");
    }
    assert_eq!(find("land").await, wider);
    assert!(!wider.is_on() && wider.unreadable().is_some_and(|why| why.contains("of_the_future")));
    let mut renamed = wider.clone();
    "Đất đai".clone_into(&mut renamed.metadata.client_name);
    update(renamed.clone()).await;
    assert_eq!(find("land").await, renamed, "with the field that nobody here knows");

    let unreadable = find("tax").await;
    assert!(unreadable.unreadable().is_some_and(|why| why.contains("tls_client_auth")), "{:?}", unreadable.stored);
    assert!(!unreadable.is_on() && unreadable.metadata.redirect_uris.is_empty());
    assert_eq!(subject.store.read("list", |tx| tx.list_clients()).await, Ok(vec![renamed, unreadable.clone()]));
    let stopped = Client { disabled_at: Some(NOW), updated_at: NOW + MINUTE, ..unreadable.clone() };
    update(stopped.clone()).await;
    assert_eq!(find("tax").await, stopped, "switched off, and otherwise as it was");
    assert!(matches!(
        add_client(&subject.store, Client { id: ClientId::from_text("copy"), ..unreadable }).await,
        Err(StoreError::Fault(_))
    ));
    // Whoever reads it changes it.
    update(client("tax")).await;
    assert_eq!(find("tax").await, client("tax"));
}

/// Also: nothing of another person or client is met.
pub async fn a_consent_is_replaced_listed_and_forgotten(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    for id in ["land", "tax"] {
        add_client(&subject.store, client(id)).await.expect("added");
    }
    let put = async |consent: Consent| subject.store.tx("put", move |tx| tx.put_consent(&consent)).await.expect("put");
    for consent in [consent(&one, "tax"), consent(&one, "land"), consent(&two, "land")] {
        put(consent).await;
    }
    let scopes = vec!["openid".to_owned(), "profile".to_owned()];
    let wider = Consent { scopes, granted_at: NOW + MINUTE, ..consent(&one, "land") };
    put(wider.clone()).await;
    let check = {
        let one = one.clone();
        move |tx: &mut dyn Tx| {
            assert_eq!(tx.find_consent(&one, &wider.client_id)?, Some(wider.clone()));
            assert_eq!(tx.list_consents(&one)?, [wider.clone(), consent(&one, "tax")]);
            assert_eq!(tx.list_consents(&account_id(2))?, [consent(&account_id(2), "land")]);
            Ok(())
        }
    };
    subject.store.read("check", check).await.expect("a read");
    // It can be held as it is, not as it was.
    for (held, expected) in [(consent(&one, "tax"), true), (consent(&one, "land"), false)] {
        assert_eq!(subject.store.tx("hold", move |tx| tx.hold_consent(&held)).await, Ok(expected));
    }
    for expected in [true, false] {
        let id = one.clone();
        let forget = move |tx: &mut dyn Tx| tx.delete_consent(&id, &ClientId::from_text("land"));
        assert_eq!(subject.store.tx("forget", forget).await, Ok(expected));
    }
    let left = subject.store.read("list", move |tx| tx.list_consents(&one)).await.expect("a read");
    assert_eq!(left, [consent(&account_id(1), "tax")]);
}

async fn add(store: &Store, grant: Grant) -> StoreResult<()> {
    store.tx("add_grant", move |tx| tx.insert_grant(&grant)).await
}

async fn find(store: &Store, number: u32) -> Grant {
    let id = grant(number).id;
    store.read("find_grant", move |tx| tx.find_grant(&id)).await.expect("a read").expect("found")
}

/// All fields, by id and by code; accounts, clients and sessions need not exist.
pub async fn a_grant_comes_back_as_it_was(subject: Subject) {
    let bare =
        Grant { nonce: None, code_challenge: None, scopes: vec!["openid".to_owned()], amr: Vec::new(), ..grant(1) };
    let full = Grant {
        code_used_at: Some(NOW + TICK),
        generation: i64::MAX,
        rotated_at: Some(NOW + MINUTE),
        idle_expires_at: Some(NOW + Span::days(7)),
        revoked_at: Some(NOW + Span::days(1)),
        ..grant(2)
    };
    for (number, put) in [(1, bare), (2, full)] {
        add(&subject.store, put.clone()).await.expect("added");
        assert_same_grant(&find(&subject.store, number).await, &put);
        let code = put.code;
        let found = subject.store.read("find", move |tx| tx.find_grant_by_code(&code)).await.expect("a read");
        assert_same_grant(&found.expect("found by code"), &put);
    }
    assert!(subject.store.read("find", |tx| tx.find_grant_by_code(&digest(b'g', 9))).await.expect("a read").is_none());
    let twin = Grant { id: GrantId::from_text("another"), ..grant(1) };
    assert_eq!(add(&subject.store, twin).await, Err(StoreError::Conflict("grants.code".to_owned())));
}

/// All of what a token stands on, or nothing.
pub async fn the_ground_of_a_token_is_found_whole_or_not_at_all(subject: Subject) {
    let (one, client) = (add_account(&subject.store, 1).await, client("land"));
    add_client(&subject.store, client.clone()).await.expect("added");
    let whole = Grant { account_id: one.clone(), client_id: client.id.clone(), ..grant(1) };
    let orphan = Grant { client_id: ClientId::from_text("gone"), ..Grant { account_id: one, ..grant(2) } };
    let nobodys = Grant { account_id: account_id(9), client_id: client.id.clone(), ..grant(3) };
    for grant in [&whole, &orphan, &nobodys] {
        add(&subject.store, grant.clone()).await.expect("added");
    }
    let find = async |id: GrantId| {
        let find = move |tx: &mut dyn Tx| Ok((tx.find_ground(&id)?, tx.find_ground_and_standings(&id)?));
        match subject.store.read("find", find).await.expect("a read") {
            (Some(bare), Some((ground, facts))) => {
                assert_same_grant(&bare.grant, &ground.grant);
                assert_eq!((&bare.client, &bare.account.id), (&ground.client, &ground.account.id));
                Some((ground, facts))
            }
            (bare, with_facts) => {
                assert!(bare.is_none() && with_facts.is_none());
                None
            }
        }
    };
    let (bare, facts) = find(whole.id.clone()).await.expect("found");
    assert_same_grant(&bare.grant, &whole);
    assert_eq!((&bare.client, &bare.account.id), (&client, &whole.account_id));
    assert!(facts.is_empty());
    let put = [
        identifier(&whole.account_id, IdentifierKind::Email, digest(b'e', 1)),
        Identifier { verified_at: Some(NOW), ..identifier(&whole.account_id, IdentifierKind::Phone, digest(b'p', 1)) },
        identifier(&whole.account_id, IdentifierKind::IdentityNumber, digest(b'n', 1)),
    ];
    let (added, holder) = (put.clone(), whole.account_id.clone());
    let add_facts = move |tx: &mut dyn Tx| {
        added.iter().try_for_each(|fact| tx.insert_identifier(fact))?;
        tx.dispute_identifier(&holder, IdentifierKind::IdentityNumber, NOW)
    };
    assert!(subject.store.tx("add_facts", add_facts).await.expect("added"));
    let (_, mut known) = find(whole.id.clone()).await.expect("found");
    known.sort_by_key(|fact| fact.kind.as_str());
    let undisputed: Vec<FactStanding> = put.iter().take(2).map(FactStanding::from).collect();
    assert_eq!(known, undisputed);
    for missing in [orphan.id, nobodys.id, GrantId::from_text("none")] {
        assert!(find(missing).await.is_none());
    }
}

/// RFC 6749 §4.1.2: at most once, and short-lived.
pub async fn a_code_is_used_once_before_its_end_and_never_after_revocation(subject: Subject) {
    for number in 1..=3 {
        add(&subject.store, grant(number)).await.expect("added");
    }
    let end = grant(1).code_expires_at;
    let idle = Some(NOW + Span::days(7));
    let redeem = async |number, idle, now| {
        let id = grant(number).id;
        subject.store.tx("use_code", move |tx| tx.use_code(&id, idle, now)).await.expect("a gate")
    };
    assert!(!redeem(1, idle, end).await);
    assert!(redeem(1, idle, end - TICK).await);
    assert!(!redeem(1, idle, NOW).await);
    let used = Grant {
        code_used_at: Some(end - TICK),
        generation: 1,
        rotated_at: Some(end - TICK),
        idle_expires_at: idle,
        ..grant(1)
    };
    assert_same_grant(&find(&subject.store, 1).await, &used);
    assert!(redeem(2, None, NOW).await);
    assert_same_grant(&find(&subject.store, 2).await, &Grant { code_used_at: Some(NOW), ..grant(2) });
    for expected in [true, false] {
        assert_eq!(subject.store.tx("revoke", |tx| tx.revoke_grant(&grant(3).id, NOW + TICK)).await, Ok(expected));
    }
    assert!(!redeem(3, idle, NOW).await);
    assert_same_grant(&find(&subject.store, 3).await, &Grant { revoked_at: Some(NOW + TICK), ..grant(3) });
    assert!(!redeem(9, idle, NOW).await);
}

/// Decisions 21: one generation advances.
pub async fn a_generation_advances_once_and_never_after_revocation(subject: Subject) {
    add(&subject.store, Grant { generation: 4, ..grant(1) }).await.expect("added");
    let advance = async |from| {
        let advance =
            move |tx: &mut dyn Tx| tx.advance_generation(&grant(1).id, from, NOW + Span::days(8), NOW + MINUTE);
        subject.store.tx("advance", advance).await.expect("a gate")
    };
    assert!(!advance(3).await);
    assert!(advance(4).await);
    assert!(!advance(4).await);
    let advanced =
        Grant { generation: 5, rotated_at: Some(NOW + MINUTE), idle_expires_at: Some(NOW + Span::days(8)), ..grant(1) };
    assert_same_grant(&find(&subject.store, 1).await, &advanced);
    assert_eq!(subject.store.tx("revoke", |tx| tx.revoke_grant(&grant(1).id, NOW)).await, Ok(true));
    assert!(!advance(5).await);
}

/// Each counts what it revoked and leaves the rest alone, above all what was revoked before.
pub async fn grants_are_revoked_by_account_client_and_session(subject: Subject) {
    let (tax, other) = (ClientId::from_text("tax"), SessionId::from_text("session-0002"));
    let online = vec!["openid".to_owned(), "profile".to_owned()];
    let grants = [
        Grant { scopes: online.clone(), ..grant(1) },
        grant(2),
        Grant { client_id: tax.clone(), scopes: online.clone(), ..grant(3) },
        Grant { session_id: other, scopes: online, ..grant(4) },
        Grant { account_id: account_id(2), client_id: tax.clone(), ..grant(5) },
        Grant { account_id: account_id(2), client_id: ClientId::from_text("Tax"), ..grant(6) },
    ];
    for grant in grants {
        add(&subject.store, grant).await.expect("added");
    }
    let revoke = async |body: fn(&mut dyn Tx, Timestamp) -> StoreResult<u32>, now| {
        subject.store.tx("revoke", move |tx| body(tx, now)).await.expect("revoked")
    };
    let revoked = async || {
        let mut moments = Vec::new();
        for number in 1..=6 {
            moments.push(find(&subject.store, number).await.revoked_at.map(|at| at.since(NOW).as_millis()));
        }
        moments
    };
    let of_session =
        |tx: &mut dyn Tx, now| tx.revoke_online_grants_of_session(&SessionId::from_text("session-0001"), now);
    assert_eq!(revoke(of_session, NOW + Span::millis(1)).await, 2);
    assert_eq!(revoke(of_session, NOW + Span::millis(2)).await, 0);
    assert_eq!(revoked().await, [Some(1), None, Some(1), None, None, None]);
    let of_both =
        |tx: &mut dyn Tx, now| tx.revoke_grants_of_account(&account_id(2), Some(&ClientId::from_text("tax")), now);
    assert_eq!(revoke(of_both, NOW + Span::millis(3)).await, 1);
    assert_eq!(revoked().await, [Some(1), None, Some(1), None, Some(3), None]);
    let of_account = |tx: &mut dyn Tx, now| tx.revoke_grants_of_account(&account_id(1), None, now);
    assert_eq!(revoke(of_account, NOW + Span::millis(4)).await, 2);
    assert_eq!(revoked().await, [Some(1), Some(4), Some(1), Some(4), Some(3), None]);
    let of_client = |tx: &mut dyn Tx, now| tx.revoke_grants_of_client(&ClientId::from_text("Tax"), now);
    assert_eq!(revoke(of_client, NOW + Span::millis(5)).await, 1);
    assert_eq!(revoke(of_client, NOW + Span::millis(6)).await, 0);
    assert_eq!(revoked().await, [Some(1), Some(4), Some(1), Some(4), Some(3), Some(5)]);
}

/// What still works of an account, the oldest first: not what was revoked, has ended, or was idle too long.
pub async fn the_live_grants_of_an_account_are_listed(subject: Subject) {
    let end = NOW + Span::days(1);
    for grant in [
        Grant { issued_at: NOW + MINUTE, ..grant(1) },
        Grant { client_id: ClientId::from_text("tax"), scopes: vec!["openid".to_owned()], issued_at: NOW, ..grant(2) },
        Grant { revoked_at: Some(NOW), ..grant(3) },
        Grant { expires_at: end, ..grant(4) },
        Grant { idle_expires_at: Some(end), ..grant(5) },
        Grant { account_id: account_id(2), ..grant(6) },
        Grant { idle_expires_at: Some(end + TICK), issued_at: NOW + MINUTE + TICK, ..grant(7) },
    ] {
        add(&subject.store, grant).await.expect("added");
    }
    let one = account_id(1);
    let live = subject.store.read("live", move |tx| tx.list_live_grants(&one, end)).await.expect("a read");
    let shown: Vec<_> = live.iter().map(|grant| (grant.client_id.as_str(), grant.scopes.join(" "))).collect();
    let whole = "openid profile offline_access".to_owned();
    assert_eq!(shown, [("tax", "openid".to_owned()), ("land", whole.clone()), ("land", whole)]);
    assert_eq!(live[0].issued_at, NOW);
}

/// What the kept session gave stays, and what other people gave.
pub async fn the_grants_of_other_sessions_are_revoked_the_offline_ones_only_if_asked(subject: Subject) {
    let kept = SessionId::from_text("session-0002");
    let online = vec!["openid".to_owned()];
    for grant in [
        Grant { scopes: online.clone(), ..grant(1) },
        grant(2),
        Grant { session_id: kept.clone(), scopes: online.clone(), ..grant(3) },
        Grant { session_id: kept.clone(), ..grant(4) },
        Grant { account_id: account_id(2), scopes: online, ..grant(5) },
    ] {
        add(&subject.store, grant).await.expect("added");
    }
    let revoke = async |offline_too| {
        let kept = kept.clone();
        let revoke =
            move |tx: &mut dyn Tx| tx.revoke_grants_of_other_sessions(&account_id(1), &kept, offline_too, NOW + MINUTE);
        subject.store.tx("revoke", revoke).await.expect("revoked")
    };
    assert_eq!((revoke(false).await, revoke(false).await), (1, 0));
    assert_eq!((revoke(true).await, revoke(true).await), (1, 0));
    for (number, expected) in [(1, true), (2, true), (3, false), (4, false), (5, false)] {
        assert_eq!(find(&subject.store, number).await.revoked_at.is_some(), expected, "{number}");
    }
}

/// In portions, and not the one that ends at the very moment.
pub async fn old_grants_are_deleted(subject: Subject) {
    for (number, expires_at) in [(1, NOW - TICK), (2, NOW - TICK), (3, NOW)] {
        add(&subject.store, Grant { expires_at, ..grant(number) }).await.expect("added");
    }
    let sweep =
        async |limit| subject.store.tx("sweep", move |tx| tx.delete_old_grants(NOW, limit)).await.expect("swept");
    assert_eq!((sweep(1).await, sweep(9).await, sweep(9).await), (1, 1, 0));
    find(&subject.store, 3).await;
}

/// Subject, claims by name, resources; and a challenge that raises a session, a notice to a client.
pub async fn what_a_grant_was_asked_for_comes_back(subject: Subject) {
    let asked = ClaimRequest { essential: true, values: vec![serde_json::json!("vi"), serde_json::json!(1)] };
    let claims =
        RequestedClaims { id_token: [("acr".to_owned(), asked), ("email".to_owned(), ClaimRequest::default())].into() };
    let full = Grant {
        subject: Some("pairwise-1".to_owned()),
        claims: Some(claims),
        resources: vec!["https://api.example/".to_owned(), "urn:x".to_owned()],
        ..grant(1)
    };
    add(&subject.store, full.clone()).await.expect("added");
    let found = find(&subject.store, 1).await;
    assert_same_grant(&found, &full);
    assert_eq!(found.subject(), "pairwise-1");
    add(&subject.store, grant(2)).await.expect("added");
    assert_eq!(find(&subject.store, 2).await.subject(), grant(2).account_id.as_str());
    let account = add_account(&subject.store, 1).await;
    let raising = Challenge { raises_session: Some(SessionId::from_text("session-0001")), ..challenge(1, &account) };
    let notice = OutboxRow { client_id: Some(ClientId::from_text("land")), ..message(1) };
    let (raising_too, notice_too) = (raising.clone(), notice.clone());
    let found = subject.store.tx("add", move |tx| {
        tx.insert_challenge(&raising_too)?;
        tx.insert_message(&notice_too)?;
        Ok((tx.find_challenge(&raising_too.id)?, tx.find_message(&notice_too.id)?))
    });
    let (found_challenge, found_notice) = found.await.expect("added");
    assert_same_challenge(&found_challenge.expect("the challenge"), &raising);
    assert_same_message(&found_notice.expect("the notice"), &notice);
}
