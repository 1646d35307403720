//! The use cases of an account: register, activate, sign in, sign out. The only code that decides what happens to one.
//!
//! Pages call these with what was typed and show the outcome; nothing here knows HTML or HTTP. Expected refusals are
//! variants of an outcome; [`Failure`] is for what should not happen.

mod activating;
mod activation;
mod address_form;
mod arrival;
mod authenticators;
mod beginning;
mod business_form;
mod challenges;
mod citizen_form;
mod code_sending;
mod collision;
mod confirmed;
mod contact;
mod disputes;
mod ending;
mod enrolling;
mod factors;
mod field;
#[cfg(test)]
mod field_tables;
mod first_password;
mod former_number_index;
mod judging;
mod known_device;
mod limits;
mod mailed_link;
mod messages;
mod missing_contact;
mod new_password;
mod not_me;
mod own_contact;
mod passkey_questions;
mod passkeys;
mod password;
mod password_check;
mod phone_cap;
mod phone_correction;
mod presentable;
mod proof;
mod provenance;
mod recovery_codes;
mod registration;
mod registration_policy;
mod registration_writing;
mod remembered;
mod replacing;
mod resending;
mod second_step;
mod second_step_attempt;
mod services;
mod session;
mod sessions;
mod settings;
mod sign_in;
mod sign_in_name;
mod six_digits;
mod step_up;
mod ticket;
mod ways_in;

pub use activation::{ActivateOutcome, ActivationView, ResendOutcome, ResendTicket};
pub use address_form::{AddressForm, NamedUnits};
pub use arrival::{
    ArrivalCodeOutcome, ArrivalOutcome, ArrivalProofOutcome, ArrivalRefusal, ArrivalView, Candidate, Missing, OwnLink,
    UnlinkOutcome,
};
pub use authenticators::{AddAuthenticatorOutcome, AuthenticatorOffer};
pub use beginning::{Here, NewSession};
pub use business_form::BusinessForm;
pub use challenges::ChallengeView;
pub use citizen_form::CitizenForm;
pub use code_sending::Sending;
pub use confirmed::{ConfirmOutcome, Confirmed};
pub use contact::Contact;
pub use disputes::NumberHolder;
pub use factors::{FactorEntry, FactorsView, RemoveCredentialOutcome, RenamePasskeyOutcome};
pub use field::{Field, FieldErrors};
pub use first_password::{FirstPasswordForm, FirstPasswordOutcome};
pub use former_number_index::Indexed;
pub use missing_contact::ContactView;
pub use new_password::{NewPasswordOutcome, NewPasswordTicket, NewPasswordView};
pub use not_me::{NotMeOutcome, NotMeView};
pub use own_contact::{AskContactOutcome, ProveContactOutcome};
pub use passkeys::{AddPasskeyOutcome, PasskeyOutcome};
pub use password::{ChangePasswordOutcome, PasswordForm};
pub use phone_correction::{AskCorrectionOutcome, CorrectPhoneOutcome, PhoneCorrectionView};
pub use presentable::Presentable;
pub use proof::Given;
pub use provenance::{OwnFacts, Provenance};
pub use registration::RegisterOutcome;
pub use registration_policy::{PolicyFault, RegistrationMode, RegistrationPolicy, RegistrationSettings};
pub use resending::ResendCodeOutcome;
pub use second_step::SecondStepOutcome;
pub use services::{RevokeServiceOutcome, ServiceEntry};
pub use session::{SignOut, SignedIn};
pub use sessions::{EndSessionOutcome, OwnSession, OwnSessions};
pub use settings::AccountSettings;
pub use sign_in::{Credentials, SignInOutcome};

use messages::Letters;

use crate::passkey::RelyingParty;
use crate::password::pool::{HashFailure, HashPool};
use crate::ports::{Ephemeral, SignatureVerifier, Unsealable, Vault};
use crate::store::{Store, StoreError};
use crate::time::Span;
use crate::upstream_way::UpstreamWays;
use std::sync::Arc;

/// Something that should not happen did. The edge logs it once; the visitor sees the request id.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Too much work waits already: 429 or 503 with `Retry-After`.
    #[error("overloaded")]
    Overloaded {
        /// When to come back.
        retry_after: Span,
    },
    /// The database or another necessary part is out of reach: 503.
    #[error("a necessary part is out of reach: {0}")]
    Unavailable(String),
    /// A fault of ours: 500.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Retry => Self::Overloaded { retry_after: Span::seconds(1) },
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<HashFailure> for Failure {
    fn from(failure: HashFailure) -> Self {
        match failure {
            HashFailure::Overloaded(retry_after) => Self::Overloaded { retry_after },
            HashFailure::Broken => Self::Internal(failure.to_string()),
        }
    }
}

impl From<Unsealable> for Failure {
    fn from(error: Unsealable) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<Unsealable> for StoreError {
    fn from(error: Unsealable) -> Self {
        Self::Fault(error.to_string())
    }
}

/// What the use cases need of the house.
pub struct AccountsParts {
    /// The database.
    pub store: Store,
    /// The keys of the house.
    pub vault: Arc<dyn Vault>,
    /// Counters, and what may vanish.
    pub ephemeral: Arc<dyn Ephemeral>,
    /// Checks the signatures of passkeys.
    pub signatures: Arc<dyn SignatureVerifier>,
    /// What an operator decides.
    pub settings: AccountSettings,
    /// The other providers by which people may arrive.
    pub upstreams: UpstreamWays,
    /// The issuer.
    pub public_url: String,
}

/// The use cases, with what they need of the house.
pub struct Accounts {
    store: Store,
    vault: Arc<dyn Vault>,
    ephemeral: Arc<dyn Ephemeral>,
    signatures: Arc<dyn SignatureVerifier>,
    relying_party: RelyingParty,
    hasher: HashPool,
    settings: AccountSettings,
    /// Which other providers are on: a link to one that is not leads nobody in.
    upstreams: Arc<UpstreamWays>,
    letters: Letters,
}

impl Accounts {
    /// Wires the use cases.
    pub fn new(parts: AccountsParts) -> Result<Self, HashFailure> {
        let AccountsParts { store, vault, ephemeral, signatures, settings, upstreams, public_url } = parts;
        let hasher = HashPool::start(settings.hashing.clone())?;
        let letters = Letters {
            vault: Arc::clone(&vault),
            desk: settings.desk.clone(),
            public_url: public_url.trim_end_matches('/').to_owned(),
            not_me_days: settings.not_me_days,
            mails: settings.limits.mails(),
        };
        let relying_party = RelyingParty::of(&public_url);
        let upstreams = Arc::new(upstreams);
        Ok(Self { store, vault, ephemeral, signatures, relying_party, hasher, settings, upstreams, letters })
    }

    /// How many passwords were looked at since the start: what a flood of guesses comes to.
    pub fn passwords_evaluated(&self) -> u64 {
        self.hasher.verified()
    }

    /// The settings in force.
    pub fn settings(&self) -> &AccountSettings {
        &self.settings
    }
}
