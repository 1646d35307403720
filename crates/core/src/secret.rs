//! Secrets that cannot be printed: bearer values, codes, passwords of gateways.

use crate::entropy::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret text. It has no `Display` and no `Serialize`, its `Debug` shows nothing, and its memory is wiped.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret text in.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// A fresh bearer value: 256 random bits, base64url, 43 characters.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(URL_SAFE_NO_PAD.encode(entropy.bytes::<32>().as_ref()))
    }

    /// The text itself. Each caller is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl schemars::JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;
    use crate::authenticator::Seed;
    use crate::password::policy::PasswordInput;
    use crate::recovery_code::RecoveryCode;

    /// Has two answers for a type that can be compared with `==`, so that asking for one does not compile.
    trait NeverCompared<Why> {
        fn holds() {}
    }

    struct OrElse;

    impl<T> NeverCompared<()> for T {}
    impl<T: PartialEq> NeverCompared<OrElse> for T {}

    /// `==` stops at the first byte that differs, and so tells an attacker where it is: secrets are looked up by keyed
    /// digests, or compared in constant time.
    // security: row 30
    #[test]
    fn what_is_secret_has_no_equality_sign() {
        <Secret as NeverCompared<_>>::holds();
        <Seed as NeverCompared<_>>::holds();
        <RecoveryCode as NeverCompared<_>>::holds();
        <PasswordInput as NeverCompared<_>>::holds();
    }
}
