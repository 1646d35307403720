//! Where a person goes on to after proving who they are, when that is a page of ours: a word in the address, never an
//! address itself (security.md row 2).

/// A page that somebody was on the way to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// What one's account is made of.
    Account,
    /// The ways to prove who one is.
    Security,
    /// Adding an authenticator.
    Authenticator,
    /// Making recovery codes.
    RecoveryCodes,
    /// Adding a passkey.
    Passkey,
    /// Where one is signed in.
    Sessions,
    /// What which service may know.
    Services,
    /// Another password.
    Password,
    /// Proving that an account here is that of who arrived by another provider.
    Arrival,
    /// The accounts at other providers that open one's own.
    Links,
    /// How one can be reached.
    Contact,
}

impl Next {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Account,
        Self::Security,
        Self::Authenticator,
        Self::RecoveryCodes,
        Self::Passkey,
        Self::Sessions,
        Self::Services,
        Self::Password,
        Self::Arrival,
        Self::Links,
        Self::Contact,
    ];

    /// The word in addresses.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Security => "security",
            Self::Authenticator => "authenticator",
            Self::RecoveryCodes => "recovery-codes",
            Self::Passkey => "passkey",
            Self::Sessions => "sessions",
            Self::Services => "services",
            Self::Password => "password",
            Self::Arrival => "arrival",
            Self::Links => "links",
            Self::Contact => "contact",
        }
    }

    /// Reads the word; `None` for any other.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|next| next.word() == word)
    }

    /// Whether one factor is not enough to get there.
    pub(crate) const fn wants_two_factors(self) -> bool {
        match self {
            Self::Account | Self::Sessions | Self::Services | Self::Password | Self::Arrival | Self::Contact => false,
            Self::Security | Self::Authenticator | Self::RecoveryCodes | Self::Passkey | Self::Links => true,
        }
    }

    /// The page.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Account => "/account",
            Self::Security => "/account/security",
            Self::Authenticator => "/account/security/authenticator",
            Self::RecoveryCodes => "/account/security/recovery-codes",
            Self::Passkey => "/account/security/passkey",
            Self::Sessions => "/account/sessions",
            Self::Services => "/account/services",
            Self::Password => "/account/password",
            Self::Arrival => "/sign-in/arrival",
            Self::Links => "/account/links",
            Self::Contact => "/account/contact",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: row 2
    #[test]
    fn only_our_own_words_lead_anywhere_and_only_to_pages_of_ours() {
        for next in Next::ALL {
            assert_eq!(Next::from_word(next.word()), Some(next));
            assert!(next.path().starts_with("/account") || next == Next::Arrival, "{next:?}");
        }
        for word in ["", "/", "//evil.example", "https://evil.example", "/account", "Security", "security/../x"] {
            assert_eq!(Next::from_word(word), None, "{word}");
        }
    }
}
