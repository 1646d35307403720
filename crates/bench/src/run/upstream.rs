//! The local pages while another provider, by which people arrive, is well; and while it hangs and as many people as may
//! wait for it are stuck in their way back.

use super::report::{Page, Row};
use super::rows::{Bench, walkers};
use crate::clock;
use crate::load::figures::Figures;
use crate::load::http::{Connection, get, post};
use crate::load::paced;
use crate::walks::{Arrival, Fetch, People, SignIn};
use anyhow::{Result, ensure};
use futures_util::future::{join, join_all, try_join_all};
use std::time::Duration;

/// As many as wait for an upstream at a time; whoever comes then is told so at once.
const STUCK: usize = 32;
/// Who does what, each second.
const PAGES: f64 = 50.0;
const SIGN_INS: f64 = 10.0;
const ARRIVALS: f64 = 5.0;

impl Bench<'_> {
    /// Both, in the same run, at the same rates.
    pub(super) async fn upstream(&self, people: &People, page: &mut Page) -> Result<()> {
        super::progress("the local pages beside another provider");
        self.local(people, 303).await;
        note(page, "another provider is well", self.local(people, 303).await);
        let mut waiting = walkers(STUCK, |number| Arrival::new(&self.target, number, 503));
        let ways = try_join_all(waiting.iter_mut().map(Arrival::leave)).await?;
        self.tell("/upstream/hang").await?;
        let stuck = join_all(waiting.iter_mut().zip(&ways).map(|(one, back)| one.come_back(back)));
        let measured = async {
            let figures = match self.all_are_stuck().await {
                Ok(()) => Ok(self.local(people, 503).await),
                Err(error) => Err(error),
            };
            self.tell("/upstream/recover").await?;
            figures
        };
        let (ended, figures) = join(stuck, measured).await;
        note(page, "it hangs and 32 are stuck", figures?);
        ended.into_iter().collect()
    }

    /// The sign-in page, whole sign-ins, and people who arrive meanwhile.
    async fn local(&self, people: &People, arrivals_end_with: u16) -> [(&'static str, Figures); 3] {
        let time = Duration::from_secs(self.options.seconds.max(1));
        let mut pages = walkers(4, |_| Fetch::new(&self.target, &["/sign-in"]));
        let mut sign_ins = walkers(16, |_| SignIn::new(&self.target, people, &self.stage.sinks.phones));
        let mut arrivals = walkers(8, |number| Arrival::new(&self.target, STUCK + number, arrivals_end_with));
        let (figures, arrived) = join(
            join(paced(&mut pages, time, PAGES), paced(&mut sign_ins, time, SIGN_INS)),
            paced(&mut arrivals, time, ARRIVALS),
        )
        .await;
        let arriving = if arrivals_end_with == 303 { "arriving by it" } else { "being told that it does not answer" };
        [("the sign-in page", figures.0), ("password sign-in", figures.1), (arriving, arrived)]
    }

    async fn tell(&self, path: &str) -> Result<()> {
        let request = post(path, &self.floor.host, "", "");
        Connection::to(self.floor.address).send(&request).await?.expect(200, path).map(drop)
    }

    async fn all_are_stuck(&self) -> Result<()> {
        let mut connection = Connection::to(self.floor.address);
        let request = get("/upstream/waiting", &self.floor.host, "");
        for _ in 0..500 {
            if connection.send(&request).await?.text().trim().parse() == Ok(STUCK) {
                return Ok(());
            }
            clock::sleep(Duration::from_millis(10)).await;
        }
        ensure!(false, "people are not stuck where they should be");
        Ok(())
    }
}

fn note(page: &mut Page, meanwhile: &str, all: [(&'static str, Figures); 3]) {
    for (what, figures) in all {
        page.alone(&Row::alone(&format!("{what}, while {meanwhile}"), figures));
    }
}
