//! Browsers that an account was signed in from. Their tries are counted apart, so that a stranger's guesses never
//! lock the owner out of their own browser (security.md, defaults). The mark lives in a sealed cookie: nothing is stored.

use super::Accounts;
use super::limits::Limited;
use crate::ctx::Ctx;
use crate::ids::AccountId;
use crate::ports::{SealPurpose, Sealed};
use crate::profile::Account;
use crate::secret::Secret;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How many accounts one browser remembers: a family at one computer.
const ACCOUNTS_PER_BROWSER: usize = 4;

const CONTEXT: &[u8] = b"known-device";

/// The accounts a browser is known to, the most recent first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct KnownDevices(Vec<KnownDevice>);

#[derive(Clone, Serialize, Deserialize)]
struct KnownDevice {
    account: AccountId,
    /// Names the browser for this account's counter; random, so that two browsers never share one.
    device: String,
    /// When the account was last signed in from it. Marks of before this was kept are of long ago.
    #[serde(default = "long_ago")]
    since: Timestamp,
}

const fn long_ago() -> Timestamp {
    Timestamp::from_millis(0)
}

impl KnownDevices {
    /// The name of this browser for `account`, if it is known to it and the account has not forgotten it since.
    pub(super) fn device_of(&self, account: &Account) -> Option<&str> {
        let mark = self.mark_of(&account.id)?;
        account.devices_known_from.is_none_or(|from| mark.since >= from).then_some(mark.device.as_str())
    }

    /// What a password for `account` from this browser counts against.
    pub(super) fn limit_of<'a>(&'a self, account: &'a Account) -> Limited<'a> {
        match self.device_of(account) {
            Some(device) => Limited::PasswordsFromKnownDevice(account.id.as_str(), device),
            None => Limited::Passwords(account.id.as_str()),
        }
    }

    fn mark_of(&self, account: &AccountId) -> Option<&KnownDevice> {
        self.0.iter().find(|known| known.account == *account)
    }
}

impl Accounts {
    /// Opens the cookie; anything that does not open knows nobody.
    pub(super) fn open_known_devices(&self, cookie: Option<&str>) -> KnownDevices {
        cookie
            .and_then(Sealed::from_text)
            .and_then(|sealed| sealed.open(self.vault.as_ref(), SealPurpose::KnownDevice, CONTEXT).ok())
            .unwrap_or_default()
    }

    /// The cookie's new value after `account` signed in from this browser.
    pub(super) fn seal_known_device(&self, ctx: &Ctx, known: KnownDevices, account: &AccountId) -> String {
        let device = known
            .mark_of(account)
            .map_or_else(|| Secret::random(ctx.entropy()).expose()[..22].to_owned(), |mark| mark.device.clone());
        let others = known.0.into_iter().filter(|other| other.account != *account);
        let mut list = vec![KnownDevice { account: account.clone(), device, since: ctx.now }];
        list.extend(others.take(ACCOUNTS_PER_BROWSER - 1));
        Sealed::seal(self.vault.as_ref(), SealPurpose::KnownDevice, CONTEXT, &KnownDevices(list), ctx.entropy())
            .to_text()
    }
}
