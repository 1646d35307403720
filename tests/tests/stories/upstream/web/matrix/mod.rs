//! The matrix of linking, walked at the real pages: what an account here has of the number × whether the upstream vouches ×
//! whether it is on × whether it names the person × the class. In every cell another account has the e-mail and the phone
//! that the upstream vouches for, and nothing ever comes of that (security.md row 7).

mod folk;
mod rules;

use super::{Town, expect_trouble, is_signed_in};
use crate::upstream::{id_of, known};
use folk::{Folk, everybody, facts, picture};
use portal_id_server::config::Config;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::profile::{AccountClass, AccountState, FactSource, Profile};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Page};
use rules::{Cell, Comes, Local, rule};
use serde_json::{Value, json};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use url::Url;

/// Names the cells in which something was not as it should be, and what.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    /// Lets one cell be walked; the others go on whatever becomes of it.
    async fn walk(&mut self, cell: impl Display, mut walk: Pin<Box<dyn Future<Output = ()> + '_>>) {
        let walked =
            std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| walk.as_mut().poll(context))) {
                Ok(Poll::Ready(())) => Poll::Ready(None),
                Ok(Poll::Pending) => Poll::Pending,
                Err(panic) => {
                    let said = panic.downcast_ref::<String>().cloned();
                    Poll::Ready(Some(said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))))
                }
            });
        if let Some(said) = walked.await {
            self.0.push(format!("{cell}\n    {}", said.unwrap_or_default()));
        }
    }

    fn expect_none(&self) {
        assert!(self.0.is_empty(), "{} cells are not as they should be:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// A town, and the person who acts for every business and organisation.
struct Matrix {
    town: Town,
    representative: Citizen,
}

impl Matrix {
    async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Self {
        let Self { town: Town { idp, portal, service, .. }, representative } = self;
        let idp = idp.restart_with(change).await;
        let browser = idp.browser();
        Self { town: Town { idp, portal, service, browser }, representative }
    }

    /// From now on this person sits at the portal, and at a browser that is new here.
    async fn gather(&mut self, cell: Cell, mark: &str) -> Folk {
        let folk = Folk::gather(&self.town.idp, cell, mark).await;
        self.sit_down(cell, &folk, &json!({}), &json!({}));
        folk
    }

    /// The same with these claims changed.
    fn sit_down(&mut self, cell: Cell, folk: &Folk, id_token: &Value, userinfo: &Value) {
        let (mut one, mut other) = folk.arrives(cell, &self.representative.identity_number);
        one.as_object_mut().unwrap().extend(id_token.as_object().unwrap().clone());
        other.as_object_mut().unwrap().extend(userinfo.as_object().unwrap().clone());
        self.town.portal.inside().person(one, other);
        self.town.browser = self.town.idp.browser();
    }

    /// Whose account the session is at the end of a walk, and what it is worth.
    async fn whose(&self, page: Page) -> (AccountId, i64) {
        let id_token = self.town.tokens(page).await.id_token();
        (AccountId::from_text(id_token["sub"].as_str().unwrap()), id_token["ial"].as_i64().unwrap())
    }

    /// The next time, in another browser, it is the same account, and none is made.
    async fn expect_known(&mut self, account: &AccountId) {
        let before = everybody(&self.town.idp).await;
        self.town.browser = self.town.idp.browser();
        let page = self.town.walk().await;
        assert_eq!(self.whose(page).await.0, *account, "the second time");
        assert_eq!(everybody(&self.town.idp).await, before, "the second time");
    }

    /// Whoever is named by nothing: refused, and nothing is another than before.
    async fn nobody(&mut self, cell: Cell, folk: &Folk, by_one_claim: bool) {
        let before = (everybody(&self.town.idp).await, folk.pictures(&self.town.idp).await);
        let mut empty = Vec::new();
        if by_one_claim {
            empty.extend(
                [json!(""), json!("  "), Value::Null]
                    .map(|tech_id| (json!({}), json!({ "TechID": tech_id }), "upstream-said")),
            );
        } else {
            // An ID token without a subject is none, whatever else names the person.
            for (sub, tech_id) in [(json!(""), "tech"), (json!(" "), "tech"), (Value::Null, "tech"), (json!(""), "")] {
                let userinfo = json!({ "sub": sub, "TechID": tech_id });
                empty.push((json!({ "sub": sub }), userinfo, "upstream-distrusted"));
            }
            if cell.class == AccountClass::Organisation && cell.vouches {
                // `sub` is who acts for it.
                empty.push((json!({}), json!({ "TechID": "" }), "upstream-said"));
            }
        }
        for (id_token, userinfo, what) in empty {
            self.sit_down(cell, folk, &id_token, &userinfo);
            let there = self.town.browser.open("/upstream/vnconnect/start").await.expect_away(&self.town.portal.base);
            expect_trouble(self.town.come_back(&there).await, 502, what);
            assert!(!is_signed_in(&mut self.town.browser).await, "{userinfo}");
            let after = (everybody(&self.town.idp).await, folk.pictures(&self.town.idp).await);
            assert_eq!(after, before, "{userinfo}");
        }
    }

    /// An account of their own, whoever else is here.
    async fn own_account(&mut self, cell: Cell, at: usize) {
        let folk = self.gather(cell, &format!("own{at}")).await;
        let (mut all, before) = (everybody(&self.town.idp).await, folk.pictures(&self.town.idp).await);
        let page = self.town.walk().await;
        let (account, ial) = self.whose(page).await;
        assert_eq!(ial, if cell.vouches { 2 } else { 0 });
        self.expect_own(cell, &folk, &account).await;
        all.push(account.clone());
        assert_eq!(everybody(&self.town.idp).await, all, "one account more");
        assert_eq!(folk.pictures(&self.town.idp).await, before, "the others are as they were");
        self.expect_known(&account).await;
    }

    /// A new account is its holder's at the portal, knows what is vouched for, and nothing of anybody else.
    async fn expect_own(&self, cell: Cell, folk: &Folk, account: &AccountId) {
        let idp = &self.town.idp;
        let own = known(idp, account).await;
        assert_eq!((own.account.class, own.account.state), (cell.class, AccountState::Active));
        assert!(own.account.password_hash.is_none() && !own.account.username.is_chosen() && own.disputed.is_empty());
        let links: Vec<_> = own.links.iter().map(|link| link.upstream.as_str()).collect();
        assert_eq!(links, ["vnconnect"]);
        if !cell.vouches {
            assert_eq!(
                facts(&own.profile),
                facts(&Profile::default()),
                "nothing is taken from whoever vouches for nobody"
            );
            assert!(own.identifiers.is_empty() && own.vouched.is_empty());
            return;
        }
        let number = own.fact(cell.kind()).expect("the number");
        assert!(number.digest == cell.kind().digest(idp.house.vault.as_ref(), &folk.number) && number.is_verified());
        assert_eq!(
            (number.source, number.claimed),
            (FactSource::NationalPortal, cell.class != AccountClass::Organisation)
        );
        // An address is one account's in a class (decisions 3): beside an organisation it is a business that has it.
        let expected = (cell.class == AccountClass::Organisation).then(|| folk.email.clone());
        assert_eq!(facts(&own.profile)["email"].as_str(), expected.as_deref());
        assert!(own.profile.address.is_none());
    }

    /// As far as the question whether the account here is theirs, before which nothing changes.
    async fn asked(&mut self, cell: Cell, mark: &str) -> (Folk, Page) {
        let folk = self.gather(cell, mark).await;
        let before = (everybody(&self.town.idp).await, folk.pictures(&self.town.idp).await);
        let page = self.town.walk().await.expect("arrival");
        assert_eq!(page.url.path(), "/sign-in/arrival");
        let username = folk.holder.as_ref().expect("a holder").username();
        assert!(!page.html().contains(&folk.number) && !page.html().contains(username), "{}", page.words());
        assert!(!is_signed_in(&mut self.town.browser).await);
        // Looking at what declining does is not declining.
        let _ = self.town.browser.open(&page.link("decline").unwrap()).await.expect("arrival-decline");
        let after = (everybody(&self.town.idp).await, folk.pictures(&self.town.idp).await);
        assert_eq!(after, before, "asking changes nothing");
        (folk, page)
    }

    /// Signed in to, the account is linked, and stays what it is.
    async fn proved(&mut self, cell: Cell, at: usize) {
        let (mut folk, page) = self.asked(cell, &format!("proved{at}")).await;
        let (idp, local) = (&self.town.idp, folk.local.clone().unwrap());
        let (all, before) = (everybody(idp).await, folk.pictures(idp).await);
        let holder = folk.holder.as_ref().unwrap();
        let sign_in = self.town.browser.open(&page.link("prove-by-sign-in").unwrap()).await.expect("sign-in");
        let page = holder.sign_in(idp, &mut self.town.browser, &sign_in).await;
        assert_eq!(self.whose(page).await, (local.clone(), 2));
        let after = known(idp, &local).await;
        let number = after.fact(cell.kind()).expect("the number");
        assert!(number.is_verified() && number.claimed && after.disputed.is_empty() && after.links.len() == 1);
        let now = folk.pictures(idp).await;
        assert_eq!(now[0], before[0], "the other account");
        for kept in ["id", "class", "state", "password", "username"] {
            assert_eq!(now[1][kept], before[1][kept], "{kept}");
        }
        for reached_by in ["email", "phone", "address"] {
            assert_eq!(now[1]["profile"][reached_by], before[1]["profile"][reached_by], "{reached_by}");
        }
        assert!(idp.told(holder.email(), "vừa được liên kết").await);
        assert_eq!(everybody(idp).await, all, "no account was made");
        assert!(is_signed_in(&mut folk.own).await, "where its holder was signed in they are");
        self.expect_known(&local).await;
    }

    /// Declined, the number is vouched for as somebody's who gets an account of their own; the old one keeps all the rest.
    async fn declined(&mut self, cell: Cell, at: usize) {
        let (mut folk, page) = self.asked(cell, &format!("declined{at}")).await;
        let (idp, local) = (&self.town.idp, folk.local.clone().unwrap());
        let (mut all, mut before) = (everybody(idp).await, folk.pictures(idp).await);
        let page = self.town.browser.open(&page.link("decline").unwrap()).await.expect("arrival-decline");
        let page = self.town.browser.submit(page.form_to("/sign-in/arrival/decline")).await.expect("contact");
        let page = self.town.browser.open(&page.link("skip").unwrap()).await;
        let (account, ial) = self.whose(page).await;
        assert_eq!(ial, 2);
        self.expect_own(cell, &folk, &account).await;
        all.push(account.clone());
        assert_eq!(everybody(idp).await, all, "one account more");
        let mut old = known(idp, &local).await;
        assert_eq!(old.disputed, [cell.kind()]);
        // But for the number and who vouched for it everything is as it was.
        old.disputed.clear();
        let name = if cell.class == AccountClass::Citizen { "identity_number" } else { "business_code" };
        assert!(facts(&old.profile)[name].is_null());
        before[1]["profile"][name] = Value::Null;
        let kept = |fact: &Value| fact[0] != format!("{:?}", cell.kind());
        let facts_before = before[1]["identifiers"].as_array_mut().unwrap();
        assert_eq!(facts_before.iter().filter(|fact| !kept(fact)).count(), 1);
        facts_before.retain(kept);
        assert_eq!([&picture(&known(idp, &folk.bystander).await), &picture(&old)], [&before[0], &before[1]]);
        assert!(is_signed_in(&mut folk.own).await, "where its holder was signed in they are");
        let holder = folk.holder.as_ref().unwrap();
        assert!(idp.told(holder.email(), "gỡ khỏi tài khoản").await);
        let verified = cell.local == Local::Verified;
        let trail = if verified { AuditKind::VerifiedNumberDisputed } else { AuditKind::NumberDisputed };
        assert!(idp.audit().await.iter().any(|entry| entry.kind == trail && entry.account_id.as_ref() == Some(&local)));
        // The number opens neither account by the old password; the username does as before.
        idp.advance(Span::minutes(2)).await;
        for (name, found) in [(folk.number.as_str(), "sign-in"), (holder.username(), "code")] {
            let _ = holder.give_password_as(name, &mut idp.browser()).await.expect(found);
        }
        self.expect_known(&account).await;
    }

    /// Leaves for the portal while it is on; what comes back from there.
    async fn leave(&mut self) -> (Browser, Url) {
        let mut browser = self.town.idp.browser();
        let there = browser.open("/upstream/vnconnect/start").await.expect_away(&self.town.portal.base);
        (browser, self.town.portal.sign_in(&there))
    }

    /// Nobody gets there, nobody comes back, and nobody is asked anything of anybody.
    async fn switched_off(&mut self, cell: Cell, folk: &Folk, (browser, back): (Browser, Url)) {
        let nameless = if cell.subject { json!({}) } else { json!({ "TechID": "" }) };
        self.sit_down(cell, folk, &json!({}), &nameless);
        let before = (everybody(&self.town.idp).await, folk.pictures(&self.town.idp).await);
        let mut browser = browser.at_node(&self.town.idp);
        expect_trouble(browser.come_back(back.as_str()).await, 404, "upstream-unknown");
        let answer = browser.post(&back, &back.query_pairs().into_owned().collect::<Vec<_>>()).await;
        assert_eq!(answer.status, 404, "by form");
        let mut fresh = self.town.idp.browser();
        expect_trouble(fresh.open("/upstream/vnconnect/start").await, 404, "upstream-unknown");
        for browser in [&mut browser, &mut fresh] {
            assert!(!is_signed_in(browser).await);
        }
        assert!(self.town.portal.inside().asked.is_empty(), "the portal was asked");
        assert_eq!((everybody(&self.town.idp).await, folk.pictures(&self.town.idp).await), before);
    }
}

// security: rows 7, 8, 23
#[tokio::test]
async fn over_the_whole_matrix_of_linking_each_arrival_goes_by_its_rule() {
    let town = Town::begin().await;
    let representative = town.idp.citizen("nguoi.dai.dien").activated().create().await;
    let mut matrix = Matrix { town, representative };
    let mut faults = Faults::default();
    let (on, off): (Vec<_>, Vec<_>) = Cell::all().into_iter().partition(|cell| cell.on);
    let (nameless, named): (Vec<_>, Vec<_>) = on.into_iter().partition(|cell| rule(*cell) == Comes::NobodyNamed);
    let mut arrived = 0;
    for (at, cell) in named.into_iter().enumerate() {
        match rule(cell) {
            Comes::OwnBare | Comes::OwnVouched => {
                faults.walk(cell, Box::pin(matrix.own_account(cell, at))).await;
            }
            Comes::Asked => {
                let proved = Box::pin(matrix.proved(cell, at));
                faults.walk(format!("{cell}, proved"), proved).await;
                let declined = Box::pin(matrix.declined(cell, at));
                faults.walk(format!("{cell}, declined"), declined).await;
                arrived += 1;
            }
            Comes::NoSuchProvider | Comes::NobodyNamed => unreachable!("{cell}"),
        }
        arrived += 1;
    }
    // Whoever is refused changes nothing, so that all of them may meet the same people.
    let mut met = Vec::new();
    for (at, cell) in nameless.iter().filter(|cell| cell.vouches).enumerate() {
        met.push((cell.local, cell.class, Folk::gather(&matrix.town.idp, *cell, &format!("met{at}")).await));
    }
    let folk =
        |cell: Cell| &met.iter().find(|(local, class, _)| (*local, *class) == (cell.local, cell.class)).unwrap().2;
    for cell in &nameless {
        faults.walk(cell, Box::pin(matrix.nobody(*cell, folk(*cell), false))).await;
    }
    // Where people are known by one claim alone, nothing stands in for it.
    let known_by_one = |config: &mut Config| {
        config.federation.upstreams[0].claims.subject = serde_json::from_value(json!("TechID")).unwrap();
    };
    let mut matrix = matrix.restart_with(known_by_one).await;
    for cell in &nameless {
        faults.walk(format!("{cell}, known by one claim"), Box::pin(matrix.nobody(*cell, folk(*cell), true))).await;
    }
    let mut left = Vec::new();
    for cell in off {
        left.push((cell, matrix.leave().await));
    }
    let mut matrix = matrix.restart_with(|config| config.federation.upstreams[0].enabled = false).await;
    matrix.town.portal.inside().asked.clear();
    for (cell, back) in left {
        faults.walk(cell, Box::pin(matrix.switched_off(cell, folk(cell), back))).await;
    }
    faults.expect_none();
    // In every cell that lets somebody in they are linked once, and nobody else anywhere.
    let mut links = 0;
    for id in everybody(&matrix.town.idp).await {
        let here = known(&matrix.town.idp, &id).await.links;
        links += here.iter().filter(|link| link.upstream.as_str() == "vnconnect").count();
    }
    assert_eq!((links, arrived), (22, 22));
    let representative = id_of(&matrix.town.idp, &matrix.representative.username).await;
    let representative = known(&matrix.town.idp, &representative).await;
    assert!(representative.links.is_empty() && representative.disputed.is_empty() && representative.vouched.is_empty());
}
