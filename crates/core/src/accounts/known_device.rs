//! Browsers that an account was signed in from. Their tries are counted apart, so that a stranger's guesses never
//! lock the owner out of their own browser (security.md, defaults). The mark lives in a sealed cookie: nothing is stored.

use super::Accounts;
use crate::ctx::Ctx;
use crate::ids::AccountId;
use crate::ports::{SealPurpose, Sealed};
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
}

impl KnownDevices {
    /// The name of this browser for `account`, if it is known to it.
    pub(super) fn device_of(&self, account: &AccountId) -> Option<&str> {
        self.0.iter().find(|known| known.account == *account).map(|known| known.device.as_str())
    }
}

impl Accounts {
    /// Opens the cookie; anything that does not open knows nobody.
    pub(super) fn open_known_devices(&self, cookie: Option<&str>) -> KnownDevices {
        cookie
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
            .and_then(|bytes| {
                Sealed::from_bytes(bytes).open(self.vault.as_ref(), SealPurpose::KnownDevice, CONTEXT).ok()
            })
            .unwrap_or_default()
    }

    /// The cookie's new value after `account` signed in from this browser.
    pub(super) fn seal_known_device(&self, ctx: &Ctx, known: KnownDevices, account: &AccountId) -> String {
        let device = known
            .device_of(account)
            .map_or_else(|| Secret::random(ctx.entropy()).expose()[..22].to_owned(), str::to_owned);
        let others = known.0.into_iter().filter(|other| other.account != *account);
        let mut list = vec![KnownDevice { account: account.clone(), device }];
        list.extend(others.take(ACCOUNTS_PER_BROWSER - 1));
        let sealed =
            Sealed::seal(self.vault.as_ref(), SealPurpose::KnownDevice, CONTEXT, &KnownDevices(list), ctx.entropy());
        URL_SAFE_NO_PAD.encode(sealed.as_bytes())
    }
}
