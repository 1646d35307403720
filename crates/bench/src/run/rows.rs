//! The rows of the table: who walks where, and what the floor does meanwhile.

use super::report::{Page, Row};
use super::stage::Stage;
use super::{Options, argon, process, progress};
use crate::floor::CALLERS;
use crate::load::figures::{Figures, median};
use crate::load::{Walk, closed, paced};
use crate::walks::{
    Authorize, Fetch, ForItself, Introspect, Mix, Newcomers, PasswordStep, People, Refresh, Registration, SignIn,
    Target, Userinfo, field,
};
use anyhow::{Context as _, Result, bail};
use futures_util::future::{join, join_all};
use std::time::Duration;

/// Connections of people who sign in: enough that codes on their way leave no core idle.
const PEOPLE: usize = 96;
/// People who come back with their browsers: so many that none is asked twice at a time.
const REGULARS: u64 = 384;
/// Of the peak rate, for latencies below saturation.
const BELOW: f64 = 0.7;

/// Everything that was asked for.
pub(super) async fn all(options: &Options, stage: &mut Stage, page: &mut Page) -> Result<()> {
    let bench =
        Bench { options, stage, target: Target::at(stage.provider.address), floor: Target::at(stage.floor.address) };
    let people = People::new(options.accounts);
    if options.wants("metadata") {
        for (name, path) in [("discovery", "/.well-known/openid-configuration"), ("JWKS", "/jwks")] {
            let make = |target: &Target| walkers(CALLERS, |_| Fetch::new(target, &[path]));
            page.row(
                &bench.row(name, "static bytes from bare axum", 0.8, make(&bench.target), make(&bench.floor)).await?,
            );
        }
    }
    let sessions = bench.sessions(&people).await?;
    if options.wants("authorize") {
        let product = walkers(CALLERS, |number| Authorize::new(&bench.target, &sessions[number]));
        let floor = walkers(CALLERS, |number| Authorize::new(&bench.floor, &format!("cookie: caller={number}\r\n")));
        let name = "authorize → code → token";
        page.row(&bench.row(name, "the same requests, statements and signatures, bare", 0.5, product, floor).await?);
    }
    if options.wants("refresh") {
        let tokens = bench.tokens(&sessions).await?;
        let product = walkers(CALLERS, |number| Refresh::new(&bench.target, "/token", &tokens[number].1));
        let floor = walkers(CALLERS, |number| Refresh::new(&bench.floor, "/update", &number.to_string()));
        page.row(&bench.row("refresh (rotation)", "one single-row update per request", 0.6, product, floor).await?);
        let tokens = bench.tokens(&sessions).await?;
        let product = walkers(CALLERS, |number| Refresh::new(&bench.target, "/token", &tokens[number].1));
        let floor = walkers(CALLERS, |number| Refresh::new(&bench.floor, "/renew", &number.to_string()));
        let name = "refresh, beside all the work it cannot do without";
        page.row(
            &bench.row(name, "the same reads and the update, two ES256 signatures, bare", 0.6, product, floor).await?,
        );
    }
    if options.wants("userinfo") {
        let tokens = bench.tokens(&sessions).await?;
        let make = |target: &Target| walkers(CALLERS, |number| Userinfo::new(target, &tokens[number].0));
        let floor = "one ES256 verification and one read by primary key, bare";
        page.row(&bench.row("userinfo", floor, 0.6, make(&bench.target), make(&bench.floor)).await?);
    }
    if options.wants("services") {
        bench.services(&sessions, page).await?;
    }
    if options.wants("sign-in") {
        bench.sign_in(&people, page).await?;
    }
    if options.wants("upstream") {
        bench.upstream(&people, page).await?;
    }
    let newcomers = Newcomers::new(u64::from(process::Process::id(&bench.stage.provider)));
    if options.wants("registration") {
        let forms = walkers(PEOPLE / 2, |_| Registration::new(&bench.target, &newcomers));
        // Nothing is promised of it: the ratio is there to compare two builds by.
        bench.hashing(page, "registration (form, answer)", 0.0, forms, None).await?;
    }
    if options.wants("mix") {
        let tokens = bench.tokens(&sessions).await?;
        page.alone(&bench.mix(&people, &newcomers, &tokens).await);
    }
    Ok(())
}

pub(super) fn walkers<W>(count: usize, make: impl FnMut(usize) -> W) -> Vec<W> {
    (0..count).map(make).collect()
}

pub(super) struct Bench<'a> {
    pub(super) options: &'a Options,
    pub(super) stage: &'a Stage,
    pub(super) target: Target,
    pub(super) floor: Target,
}

impl Bench<'_> {
    fn time(&self) -> Duration {
        Duration::from_secs(self.options.seconds.max(1))
    }

    /// A session for each connection of the token rows, from real sign-ins.
    async fn sessions(&self, people: &People) -> Result<Vec<String>> {
        progress("people sign in for the token rows");
        let mut sessions = Vec::new();
        for _ in 0..CALLERS {
            let mut walk = SignIn::new(&self.target, people, &self.stage.sinks.phones);
            sessions.push(walk.session().await?);
        }
        Ok(sessions)
    }

    /// Fresh access and refresh tokens of each session.
    async fn tokens(&self, sessions: &[String]) -> Result<Vec<(String, String)>> {
        let mut tokens = Vec::new();
        for cookies in sessions {
            let answer = Authorize::new(&self.target, cookies).tokens().await?;
            let token = |name| field(&answer, name).map(str::to_owned).context("a token is missing");
            tokens.push((token("access_token")?, token("refresh_token")?));
        }
        Ok(tokens)
    }

    /// What services do without a person: no writes on either side.
    async fn services(&self, sessions: &[String], page: &mut Page) -> Result<()> {
        let machine = &self.stage.machine;
        let product = walkers(CALLERS, |_| ForItself::new(&self.target, "/token", machine));
        let floor = walkers(CALLERS, |_| ForItself::new(&self.floor, "/token-of-a-client", machine));
        let name = "client credentials";
        page.row(&self.row(name, "one read by primary key, one ES256 signature, bare", 0.5, product, floor).await?);
        let tokens = self.tokens(sessions).await?;
        let make = |target: &Target| walkers(CALLERS, |number| Introspect::new(target, machine, &tokens[number].0));
        let floor = "one ES256 verification and two reads by primary key, bare";
        page.row(&self.row("introspection", floor, 0.6, make(&self.target), make(&self.floor)).await?);
        Ok(())
    }

    /// A row whose floor is walked too. Product and floor take turns, so that a change of the machine's mood in the
    /// middle falls on both.
    async fn row<P: Walk, F: Walk>(
        &self,
        name: &str,
        floor_name: &str,
        promise: f64,
        mut product: Vec<P>,
        mut floor: Vec<F>,
    ) -> Result<Row> {
        progress(name);
        let time = self.time();
        closed(&mut product, time / 2).await;
        closed(&mut floor, time / 2).await;
        let (mut products, mut floors) = (Vec::new(), Vec::new());
        for _ in 0..self.options.runs.max(1) {
            products.push(self.saturate(&mut product).await);
            floors.push(with_cpu(&self.stage.floor, async || closed(&mut floor, time).await).await);
        }
        if let Some(broken) = floors.iter().find(|floor| floor.good == 0) {
            bail!("the floor of {name} did nothing: {}", broken.causes.join("; "));
        }
        let mut row = Row::new(name, floor_name, promise, products, floors);
        row.below = Some(paced(&mut product, time, row.product.rate * BELOW).await);
        row.note_memory(&self.stage.provider);
        Ok(row)
    }

    async fn saturate<W: Walk>(&self, walkers: &mut [W]) -> Figures {
        with_cpu(&self.stage.provider, async || closed(walkers, self.time()).await).await
    }

    /// Signing in, whole and the step that pays for the hash, with the rest of the provider watched meanwhile.
    async fn sign_in(&self, people: &People, page: &mut Page) -> Result<()> {
        let time = self.time();
        let steps = walkers(PEOPLE / 2, |_| PasswordStep::new(&self.target, people));
        self.hashing(page, "the password step alone", 0.85, steps, None).await?;
        let mut probes = walkers(4, |_| {
            Fetch::new(&self.target, &["/jwks", "/.well-known/openid-configuration", "/healthz", "/readyz"])
        });
        let quiet = paced(&mut probes, time, 50.0).await;
        page.alone(&Row::alone("JWKS, discovery and health, nobody signing in", quiet));
        let regulars = self.regulars().await;
        let whole = walkers(PEOPLE, |_| SignIn::new(&self.target, &regulars, &self.stage.sinks.phones));
        self.hashing(page, "password sign-in (form, password, code)", 0.85, whole, Some(&mut probes)).await?;
        let whole = walkers(PEOPLE, |_| SignIn::new(&self.target, people, &self.stage.sinks.phones));
        self.hashing(page, "the same from a browser new to the account", 0.0, whole, None).await
    }

    /// People whom the provider knows by their browsers, as most of a morning's are.
    async fn regulars(&self) -> People {
        let regulars = People::regulars(self.options.accounts.min(REGULARS));
        let mut walkers = walkers(PEOPLE, |_| SignIn::new(&self.target, &regulars, &self.stage.sinks.phones));
        let once = u64::div_ceil(regulars.count(), PEOPLE as u64);
        join_all(walkers.iter_mut().map(async |walker| {
            for _ in 0..once {
                // Whoever fails here comes with a new browser later.
                drop(walker.once().await);
            }
        }))
        .await;
        regulars
    }

    async fn hashing<W: Walk>(
        &self,
        page: &mut Page,
        name: &str,
        promise: f64,
        mut product: Vec<W>,
        mut probes: Option<&mut Vec<Fetch>>,
    ) -> Result<()> {
        progress(name);
        let time = self.time();
        closed(&mut product, time / 2).await;
        let (mut products, mut floors, mut meanwhile) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.options.runs.max(1) {
            floors.push(argon::hashes(time)?);
            match &mut probes {
                None => products.push(self.saturate(&mut product).await),
                Some(probes) => {
                    let both = join(self.saturate(&mut product), paced(probes, time, 50.0)).await;
                    products.push(both.0);
                    meanwhile.push(both.1);
                }
            }
        }
        let floor = "the argon2 crate alone, all cores";
        let mut row = Row::new(name, floor, promise, products, floors);
        row.below = Some(paced(&mut product, time, row.product.rate * BELOW).await);
        row.note_memory(&self.stage.provider);
        page.row(&row);
        if !meanwhile.is_empty() {
            page.alone(&Row::alone("JWKS, discovery and health, beside saturated sign-in", median(meanwhile)));
        }
        Ok(())
    }

    async fn mix(&self, people: &People, newcomers: &Newcomers, tokens: &[(String, String)]) -> Row {
        progress("the mix of a morning");
        let parts = (people, &self.stage.sinks.phones, newcomers);
        // The first registration alone: a form that is refused would otherwise be hidden in the mix's errors.
        if let Err(error) = Registration::new(&self.target, newcomers).once().await {
            progress(&format!("registration fails: {error:#}"));
        }
        let mut walkers = walkers(CALLERS, |number| {
            let (access, refresh) = &tokens[number];
            Mix::new(&self.target, parts, (access, refresh), number as u64 + 1)
        });
        closed(&mut walkers, self.time() / 2).await;
        let mut runs = Vec::new();
        for _ in 0..self.options.runs.max(1) {
            runs.push(self.saturate(&mut walkers).await);
        }
        let mut row = Row::alone("the mix of a morning", median(runs));
        row.below = Some(paced(&mut walkers, self.time(), row.product.rate * BELOW).await);
        row.note_memory(&self.stage.provider);
        row
    }
}

/// Adds what the operation cost `process` in processor time.
async fn with_cpu(process: &process::Process, run: impl AsyncFnOnce() -> Figures) -> Figures {
    let before = process.cpu();
    let mut figures = run().await;
    let used = process.cpu().saturating_sub(before);
    figures.cpu = used / u32::try_from(figures.good.max(1)).unwrap_or(u32::MAX);
    figures
}
