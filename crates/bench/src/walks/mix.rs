//! The traffic of a morning.

use super::{Newcomers, People, Refresh, Registration, SignIn, Spoil, Target, Userinfo};
use crate::load::Walk;
use crate::sinks::Phones;
use anyhow::Result;

/// Of 1000 operations: signing in, registering, refreshing; the rest asks for userinfo.
const SIGN_INS: u64 = 720;
const REGISTRATIONS: u64 = 170;
const REFRESHES: u64 = 55;
/// Of 1000 operations: sign-ins that go wrong.
const SPOILT: u64 = 40;

/// One of many people and services.
pub(crate) struct Mix {
    sign_in: SignIn,
    registration: Registration,
    refresh: Refresh,
    userinfo: Userinfo,
    dice: u64,
}

impl Mix {
    /// With tokens of its own. `seed` makes its dice differ from others'.
    pub(crate) fn new(
        target: &Target,
        (people, phones, newcomers): (&People, &Phones, &Newcomers),
        (access_token, refresh_token): (&str, &str),
        seed: u64,
    ) -> Self {
        Self {
            sign_in: SignIn::new(target, people, phones),
            registration: Registration::new(target, newcomers),
            refresh: Refresh::new(target, "/token", refresh_token),
            userinfo: Userinfo::new(target, access_token),
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
    }

    /// Marsaglia's xorshift: the same numbers in every run.
    fn throw(&mut self) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % 1000
    }
}

impl Walk for Mix {
    async fn once(&mut self) -> Result<()> {
        let thrown = self.throw();
        if thrown < SPOILT {
            let spoil = [Spoil::Password, Spoil::Code, Spoil::Name][usize::try_from(thrown % 3)?];
            self.sign_in.sign_in(spoil).await
        } else if thrown < SIGN_INS {
            self.sign_in.once().await
        } else if thrown < SIGN_INS + REGISTRATIONS {
            self.registration.once().await
        } else if thrown < SIGN_INS + REGISTRATIONS + REFRESHES {
            self.refresh.once().await
        } else {
            self.userinfo.once().await
        }
    }
}
