//! The audit trail: one enum of everything worth remembering, each variant documented; `portal-id docs audit-events`
//! prints the reference page from it.

use crate::ids::{AccountId, AuditId, ClientId, SessionId};
use crate::time::Timestamp;
use crate::upstream::UpstreamId;

macro_rules! audit_events {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AuditKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl AuditKind {
            /// All kinds with their documentation, for the reference page.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, concat!($($doc),+))),+];

            /// The stored name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Reads a stored name.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

audit_events! {
    /// An account was registered and waits for its activation.
    Registered => "registered",
    /// A registration collided with an existing account and was not completed.
    RegistrationCollided => "registration_collided",
    /// A former number was found to be that of another active account too, which holds the claim to it.
    FormerNumberContested => "former_number_contested",
    /// A registration was replaced by a later one with the same e-mail.
    RegistrationReplaced => "registration_replaced",
    /// The person at the mailbox said that the registration was not theirs; it was deleted.
    RegistrationDisowned => "registration_disowned",
    /// An account was activated.
    Activated => "activated",
    /// The right password was given; the second step was asked for, unless the browser is remembered.
    PasswordAccepted => "password_accepted",
    /// A person proved who they are; a session began.
    SignedIn => "signed_in",
    /// A person who is signed in proved a second factor; the session goes on with both.
    SteppedUp => "stepped_up",
    /// A session began in a browser that the account does not know; its owner is told by mail.
    SignedInFromNewBrowser => "signed_in_from_new_browser",
    /// The right code was given for a distrusted password: a new password was asked for, and no session began.
    NewPasswordDemanded => "new_password_demanded",
    /// The person at the mailbox said that a sign-in or a new password was not theirs: all sessions ended, and the
    /// password opens none until another is set.
    SignInDisowned => "sign_in_disowned",
    /// A password was changed by its owner; all other sessions ended.
    PasswordChanged => "password_changed",
    /// A person who is signed in proved again who they are, to change their factors.
    IdentityConfirmed => "identity_confirmed",
    /// An authenticator was added.
    AuthenticatorAdded => "authenticator_added",
    /// An authenticator was removed.
    AuthenticatorRemoved => "authenticator_removed",
    /// A passkey was added.
    PasskeyAdded => "passkey_added",
    /// A passkey was given another name.
    PasskeyRenamed => "passkey_renamed",
    /// A passkey was removed.
    PasskeyRemoved => "passkey_removed",
    /// A new list of recovery codes was made; the one before no longer works.
    RecoveryCodesMade => "recovery_codes_made",
    /// The list of recovery codes was removed.
    RecoveryCodesRemoved => "recovery_codes_removed",
    /// A recovery code was used.
    RecoveryCodeUsed => "recovery_code_used",
    /// A browser was remembered: the password is enough there for a while.
    DeviceRemembered => "device_remembered",
    /// Remembered browsers were forgotten.
    DevicesForgotten => "devices_forgotten",
    /// The limit of wrong tries was reached.
    SignInThrottled => "sign_in_throttled",
    /// The limit of wrong codes after the right password was reached; the owner is told by mail.
    SecondStepThrottled => "second_step_throttled",
    /// A phone number was verified by its first accepted code.
    PhoneVerified => "phone_verified",
    /// A phone number that had never received a code was corrected.
    PhoneCorrected => "phone_corrected",
    /// A session was ended by its owner.
    SignedOut => "signed_out",
    /// A session was ended by its owner from another one, in the list of sessions.
    SessionEnded => "session_ended",
    /// The owner ended every session but this one.
    OtherSessionsEnded => "other_sessions_ended",
    /// The owner ended every session, and took back what services may do without them.
    AllSessionsEnded => "all_sessions_ended",
    /// A person allowed a client to learn something.
    ConsentGranted => "consent_granted",
    /// A person refused.
    ConsentDenied => "consent_denied",
    /// A person took back what a client may learn; everything that it was given was revoked.
    ServiceRevoked => "service_revoked",
    /// An authorization code was issued to a client.
    CodeIssued => "code_issued",
    /// A code or an old refresh token was used again; the grant was revoked.
    ReplayDetected => "replay_detected",
    /// A client took back a token before it expired; a grant ended with it, if there was one.
    TokenRevoked => "token_revoked",
    /// A client was registered.
    ClientAdded => "client_added",
    /// A client's registration changed.
    ClientChanged => "client_changed",
    /// A client got a new secret.
    ClientSecretRotated => "client_secret_rotated",
    /// A client was switched off.
    ClientDisabled => "client_disabled",
    /// A signing key was made.
    SigningKeyCreated => "signing_key_created",
    /// A rotation of signing keys was planned.
    SigningKeysRotated => "signing_keys_rotated",
    /// A person arrived by another provider; a session began.
    UpstreamArrived => "upstream_arrived",
    /// An account was linked to a person of another provider, after its holder proved that it is theirs.
    UpstreamLinked => "upstream_linked",
    /// A link took the place of one to somebody else of the same provider; the sessions begun by that one ended.
    UpstreamLinkReplaced => "upstream_link_replaced",
    /// A link to a person of another provider was removed.
    UpstreamUnlinked => "upstream_unlinked",
    /// An account was made for a person who arrived by another provider.
    AccountMadeByFederation => "account_made_by_federation",
    /// Another provider vouched for facts of a person: some are new, or at another level than before.
    FactsVouched => "facts_vouched",
    /// A number that its holder had typed was taken from an account, since another provider vouches for it being somebody
    /// else's; its holder is told by mail.
    NumberDisputed => "number_disputed",
    /// The same, of a number that somebody had vouched for here.
    VerifiedNumberDisputed => "verified_number_disputed",
    /// A person who arrived by another provider did not prove that an account with their number is theirs.
    ArrivalDeclined => "arrival_declined",
    /// A person who arrived by another provider was not let in, or their account not linked; the reason says why.
    ArrivalRefused => "arrival_refused",
    /// A person who had no e-mail address or phone here proved one with a code.
    ContactVerified => "contact_verified",
    /// Another provider said that a session of it ended: that of ours which stood on it ended too.
    UpstreamEndedSession => "upstream_ended_session",
    /// An account got its first password, or one in place of a distrusted one, by the word of another provider or a
    /// passkey; and the name to sign in with, if its holder had chosen none.
    PasswordSet => "password_set",
}

/// An entry of the audit trail. It holds identifiers and words of ours, never names, addresses, numbers or secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its identity.
    pub id: AuditId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: AuditKind,
    /// Whose account.
    pub account_id: Option<AccountId>,
    /// Which client.
    pub client_id: Option<ClientId>,
    /// Which session.
    pub session_id: Option<SessionId>,
    /// The network it came from.
    pub network: String,
    /// The request's id.
    pub request_id: String,
    /// Which upstream provider.
    pub upstream: Option<UpstreamId>,
    /// Why, in a word of ours.
    pub reason: Option<String>,
}

impl AuditEntry {
    /// An entry about the request of `ctx`.
    pub fn new(ctx: &crate::ctx::Ctx, kind: AuditKind) -> Self {
        Self {
            id: AuditId::new(ctx.now, ctx.entropy()),
            at: ctx.now,
            kind,
            account_id: None,
            client_id: None,
            session_id: None,
            network: ctx.address.network(),
            request_id: ctx.request_id.clone(),
            upstream: None,
            reason: None,
        }
    }

    /// About this account.
    #[must_use]
    pub fn account(mut self, id: &AccountId) -> Self {
        self.account_id = Some(id.clone());
        self
    }

    /// About a person of this upstream provider.
    #[must_use]
    pub fn upstream(mut self, id: &UpstreamId) -> Self {
        self.upstream = Some(id.clone());
        self
    }

    /// For this reason: a word of ours, never what somebody typed or another provider said.
    #[must_use]
    pub fn because(mut self, word: &'static str) -> Self {
        self.reason = Some(word.to_owned());
        self
    }

    /// About this client.
    #[must_use]
    pub fn client(mut self, id: &ClientId) -> Self {
        self.client_id = Some(id.clone());
        self
    }

    /// About this session.
    #[must_use]
    pub fn session(mut self, id: &SessionId) -> Self {
        self.session_id = Some(id.clone());
        self
    }
}
