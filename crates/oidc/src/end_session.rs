//! RP-Initiated Logout: whether a sign-out may go through at once, must be asked for, and where it may lead. Ending the
//! session itself is left to `core::accounts`.

use crate::parameters::Parameters;
use crate::provider::Provider;
use crate::redirect::{ClientRedirect, VerifiedRedirect};
use crate::subject;
use crate::tokens::id_token::Hint;
use crate::tokens::session_id_for_client;
use portal_id_core::accounts::{Failure, SignedIn};
use portal_id_core::client::Client;
use portal_id_core::ctx::Ctx;
use portal_id_core::ids::ClientId;
use portal_id_core::ports::Vault;
use portal_id_core::session::Session;
use portal_id_core::store::StoreResult;

/// What a request to sign out comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndSessionOutcome {
    /// Ask the person first: the request does not prove that it comes from a client this session signed in to. Once the
    /// person agreed and the session is ended, `return_to` is where to go.
    Ask {
        /// The service that asks, if it is known, in the language of the request.
        client_name: Option<String>,
        /// Where to go afterwards; only with a valid hint and a registered URI.
        return_to: Option<ClientRedirect>,
    },
    /// End the session if there is one, then go there, or show that the person is signed out.
    SignOut {
        /// Where to go afterwards, with exactly the request's `state`.
        return_to: Option<ClientRedirect>,
    },
    /// Nobody is signed in and nobody may be sent anywhere: show that.
    SignedOut,
}

/// A hint that is ours and fits the rest of the request, with the client it was made for.
struct Vouched {
    hint: Hint,
    client: Client,
}

/// Whoever is at the browser.
struct Present<'a> {
    session: &'a Session,
    /// Their `sub` at the client of the hint, if it ever met them.
    known_as: Option<&'a str>,
}

impl ClientRedirect {
    /// What a return after sign-out is made of, to be carried while the person signs out elsewhere.
    pub fn carried(&self) -> Parameters {
        let state = self.fields().iter().find(|(name, _)| *name == "state").map(|(_, state)| ("state", state.as_str()));
        let to = [("client_id", self.client().as_str()), ("post_logout_redirect_uri", self.target().as_str())];
        Parameters::of(to.into_iter().chain(state))
    }
}

impl Provider {
    /// Judges a request to the end-session endpoint (RP-Initiated Logout §2).
    pub async fn end_session(
        &self,
        ctx: &Ctx,
        params: &Parameters,
        who: Option<&SignedIn>,
    ) -> Result<EndSessionOutcome, Failure> {
        // A parameter sent twice proves nothing (RFC 6749 §3.1): as if none had been sent.
        let nothing = Parameters::default();
        let params = if params.repeated().is_some() { &nothing } else { params };
        let hint = params.get("id_token_hint").and_then(|text| self.read_hint(text, ctx.now));
        let named = hint
            .as_ref()
            .map(|hint| hint.audience.as_str())
            .or_else(|| params.get("client_id"))
            .map(ClientId::from_text);
        let (client, known_as) = match named {
            Some(id) => self.client_and_subject(id, who).await?,
            None => (None, None),
        };
        let client = client.filter(Client::is_on);
        let client_name = client.as_ref().map(|client| client.name(ctx.language).to_owned());
        let vouched = hint.zip(client).and_then(|(hint, client)| vouched(hint, client, params));
        let present = who.map(|who| Present { session: &who.session, known_as: known_as.as_deref() });
        Ok(judge(self.vault(), params, vouched.as_ref(), client_name, present.as_ref()))
    }

    /// Takes up a return that waited while the person signed out elsewhere ([`ClientRedirect::carried`]). It is judged
    /// anew: meanwhile the client may have been switched off, or the address taken out.
    pub async fn return_after_sign_out(&self, carried: &Parameters) -> Result<Option<ClientRedirect>, Failure> {
        let Some(id) = carried.get("client_id").map(ClientId::from_text) else { return Ok(None) };
        let client = self.store().read("return_after_sign_out", move |tx| tx.find_client(&id)).await?;
        Ok(client.filter(Client::is_on).and_then(|client| return_to(carried, &client)))
    }

    /// The client, and the `sub` by which it knows the person at the browser.
    async fn client_and_subject(
        &self,
        id: ClientId,
        who: Option<&SignedIn>,
    ) -> Result<(Option<Client>, Option<String>), Failure> {
        let account = who.map(|who| who.account.id.clone());
        let found = self.store().read("end_session_client", move |tx| {
            let client = tx.find_client(&id)?;
            let known_as = match (&client, &account) {
                (Some(client), Some(account)) => subject::known_as(tx, client, account)?,
                _ => None,
            };
            StoreResult::Ok((client, known_as))
        });
        Ok(found.await?)
    }
}

/// RP-Initiated Logout §2: a `client_id` beside the hint must be that of the hint.
fn vouched(hint: Hint, client: Client, params: &Parameters) -> Option<Vouched> {
    let fits = params.get("client_id").is_none_or(|id| id == hint.audience);
    fits.then_some(Vouched { hint, client })
}

fn judge(
    vault: &dyn Vault,
    params: &Parameters,
    vouched: Option<&Vouched>,
    client_name: Option<String>,
    present: Option<&Present<'_>>,
) -> EndSessionOutcome {
    let return_to = vouched.and_then(|vouched| return_to(params, &vouched.client));
    match (vouched, present) {
        (None, None) => EndSessionOutcome::SignedOut,
        (None, Some(_)) => EndSessionOutcome::Ask { client_name, return_to: None },
        (Some(_), None) => EndSessionOutcome::SignOut { return_to },
        (Some(vouched), Some(present)) if is_of(vault, vouched, present) => EndSessionOutcome::SignOut { return_to },
        // Another session or another person than the one at this browser: nobody is signed out unasked.
        (Some(_), Some(_)) => EndSessionOutcome::Ask { client_name, return_to },
    }
}

fn is_of(vault: &dyn Vault, vouched: &Vouched, present: &Present<'_>) -> bool {
    let sid = session_id_for_client(vault, &present.session.id, &vouched.client.id);
    Some(vouched.hint.subject.as_str()) == present.known_as && vouched.hint.sid.as_deref() == Some(sid.as_str())
}

/// RP-Initiated Logout §3: only to a registered URI, byte for byte.
fn return_to(params: &Parameters, client: &Client) -> Option<ClientRedirect> {
    let to = VerifiedRedirect::of_sign_out(client, params.get("post_logout_redirect_uri")?)?;
    Some(ClientRedirect::signed_out(&client.id, to, params.get("state")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW, PlainVault};

    const BYE: &str = "post_logout_redirect_uri=https%3A%2F%2Frp.example%2Fbye&state=a%26b";

    fn session() -> Session {
        testing::session(NOW)
    }

    fn hint() -> Hint {
        let sid = session_id_for_client(&PlainVault, &session().id, &testing::client().id);
        Hint { subject: testing::SUBJECT.to_owned(), audience: testing::CLIENT_ID.to_owned(), sid: Some(sid) }
    }

    fn outcome(query: &str, hint: Option<Hint>, session: Option<&Session>) -> EndSessionOutcome {
        let params = Parameters::parse(query.as_bytes()).unwrap();
        let vouched = hint.and_then(|hint| vouched(hint, testing::client(), &params));
        let present = session.map(|session| Present { session, known_as: Some(session.account_id.as_str()) });
        judge(&PlainVault, &params, vouched.as_ref(), None, present.as_ref())
    }

    fn location(outcome: EndSessionOutcome) -> Option<String> {
        match outcome {
            EndSessionOutcome::Ask { return_to, .. } | EndSessionOutcome::SignOut { return_to } => {
                return_to.map(|to| to.location())
            }
            EndSessionOutcome::SignedOut => None,
        }
    }

    #[test]
    fn a_return_is_carried_whole_and_taken_up_only_while_it_is_registered() {
        let params = Parameters::parse(BYE.as_bytes()).unwrap();
        let redirect = return_to(&params, &testing::client()).unwrap();
        let carried = Parameters::parse(redirect.carried().encode().as_bytes()).unwrap();
        assert_eq!(carried.get("client_id"), Some(testing::CLIENT_ID));
        assert_eq!(return_to(&carried, &testing::client()), Some(redirect));
        let mut client = testing::client();
        client.metadata.post_logout_redirect_uris.clear();
        assert_eq!(return_to(&carried, &client), None);
    }

    #[test]
    fn a_valid_hint_signs_out_and_leads_to_the_registered_uri_with_exactly_the_state() {
        let signed_out = outcome(BYE, Some(hint()), Some(&session()));
        assert!(matches!(signed_out, EndSessionOutcome::SignOut { .. }));
        assert_eq!(location(signed_out).as_deref(), Some("https://rp.example/bye?state=a%26b"));
        let already = outcome(BYE, Some(hint()), None);
        assert_eq!(location(already).as_deref(), Some("https://rp.example/bye?state=a%26b"));
    }

    // security: row 35
    #[test]
    fn without_a_valid_hint_the_person_is_asked_and_nobody_is_redirected() {
        assert_eq!(outcome(BYE, None, Some(&session())), EndSessionOutcome::Ask { client_name: None, return_to: None });
        assert_eq!(outcome("", None, Some(&session())), EndSessionOutcome::Ask { client_name: None, return_to: None });
        assert_eq!(outcome(BYE, None, None), EndSessionOutcome::SignedOut);
        let other_client = outcome(&format!("{BYE}&client_id=other"), Some(hint()), Some(&session()));
        assert_eq!(other_client, EndSessionOutcome::Ask { client_name: None, return_to: None });
    }

    #[test]
    fn a_hint_of_another_session_or_person_is_asked_about() {
        let another_session = Hint { sid: Some("other".to_owned()), ..hint() };
        let another_person = Hint { subject: "other".to_owned(), ..hint() };
        for hint in [another_session, another_person, Hint { sid: None, ..hint() }] {
            assert!(matches!(
                outcome(BYE, Some(hint), Some(&session())),
                EndSessionOutcome::Ask { return_to: Some(_), .. }
            ));
        }
    }

    // security: row 2
    #[test]
    fn an_unregistered_uri_is_never_followed() {
        for uri in [
            "https://rp.example/bye?x=1",
            "https://rp.example/bye/",
            "https://evil.example/",
            "https://rp.example/cb",
            "javascript:alert(1)",
        ] {
            let query = crate::parameters::encode_pairs([("post_logout_redirect_uri", uri), ("state", "s")]);
            assert_eq!(
                outcome(&query, Some(hint()), Some(&session())),
                EndSessionOutcome::SignOut { return_to: None },
                "{uri}"
            );
        }
    }
}
