//! What is known about kinds of upstream. Addresses, claims and levels of VNConnect and VNeID are as public integrations
//! use them (`docs/guide/operator/national-portal.md` says what is sure and what to ask for).

use crate::settings::{
    AnswerMode, AskedAge, ClaimMap, ClaimNames, DefaultLevel, LevelRule, LogoutPolicy, UpstreamClientAuth,
    UserinfoMethod, UserinfoSigned,
};
use portal_id_core::acr::Amr;
use portal_id_core::language::LocalText;
use portal_id_core::profile::{AccountClass, FactSource};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A kind of upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The national portal's VNConnect, a WSO2 Identity Server.
    VnConnect,
    /// The electronic identification account, VNeID.
    VneId,
    /// A Keycloak realm, such as those of provincial one-stop systems.
    Keycloak,
    /// A WSO2 Identity Server.
    Wso2,
    /// Any OpenID provider with metadata at the usual place.
    #[default]
    Oidc,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::VnConnect, Self::VneId, Self::Keycloak, Self::Wso2, Self::Oidc];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VnConnect => "vnconnect",
            Self::VneId => "vneid",
            Self::Keycloak => "keycloak",
            Self::Wso2 => "wso2",
            Self::Oidc => "oidc",
        }
    }

    /// As what it vouches for facts.
    pub const fn source(self) -> FactSource {
        match self {
            Self::VnConnect | Self::VneId => FactSource::NationalPortal,
            Self::Keycloak | Self::Wso2 | Self::Oidc => FactSource::Provider,
        }
    }
}

/// Where things are below the base address, as far as it is known.
pub(crate) struct Places {
    pub(crate) base_url: Option<&'static str>,
    pub(crate) issuer: Option<&'static str>,
    pub(crate) discovery: Option<&'static str>,
    pub(crate) authorization: Option<&'static str>,
    pub(crate) token: Option<&'static str>,
    pub(crate) userinfo: Option<&'static str>,
    pub(crate) jwks: Option<&'static str>,
    pub(crate) end_session: Option<&'static str>,
}

/// What holds unless it is set otherwise.
pub(crate) struct Defaults {
    pub(crate) name: LocalText,
    pub(crate) places: Places,
    pub(crate) client_auth: UpstreamClientAuth,
    pub(crate) pkce: bool,
    pub(crate) nonce: bool,
    pub(crate) scope: &'static str,
    pub(crate) acr_values: &'static str,
    pub(crate) ui_locales: bool,
    pub(crate) answer_mode: AnswerMode,
    pub(crate) userinfo: UserinfoMethod,
    pub(crate) userinfo_signed: UserinfoSigned,
    pub(crate) max_age: AskedAge,
    pub(crate) logout: LogoutPolicy,
    pub(crate) claims: ClaimMap,
    pub(crate) classes: BTreeMap<String, AccountClass>,
    pub(crate) default_class: Option<AccountClass>,
    pub(crate) levels: Vec<LevelRule>,
    pub(crate) default_level: DefaultLevel,
}

/// Paths of a WSO2 Identity Server; its issuer is by default the address of its token endpoint.
const WSO2_PLACES: Places = Places {
    base_url: None,
    issuer: Some("/oauth2/token"),
    discovery: None,
    authorization: Some("/oauth2/authorize"),
    token: Some("/oauth2/token"),
    userinfo: Some("/oauth2/userinfo"),
    jwks: Some("/oauth2/jwks"),
    end_session: Some("/oidc/logout"),
};

/// Long enough to keep nobody from their session there: it is asked for because whoever is asked must say when people
/// signed in (OpenID Connect Core §3.1.2.1). A WSO2 says it only then, since 2017, and signs nobody in anew for it.
const A_MONTH: AskedAge = AskedAge::Seconds(30 * 24 * 60 * 60);

const NO_PLACES: Places = Places {
    base_url: None,
    issuer: None,
    discovery: None,
    authorization: None,
    token: None,
    userinfo: None,
    jwks: None,
    end_session: None,
};

impl Preset {
    pub(crate) fn defaults(self) -> Defaults {
        match self {
            Self::VnConnect => vnconnect(),
            Self::VneId => vneid(),
            Self::Keycloak => keycloak(),
            Self::Wso2 => wso2(),
            Self::Oidc => oidc(),
        }
    }
}

fn vnconnect() -> Defaults {
    Defaults {
        name: LocalText::new("VNConnect – Cổng Dịch vụ công quốc gia", "VNConnect – National Public Service Portal"),
        places: Places { base_url: Some("https://xacthuc.dichvucong.gov.vn"), ..WSO2_PLACES },
        client_auth: UpstreamClientAuth::ClientSecretPost,
        pkce: false,
        scope: "openid",
        acr_values: "LoA1",
        ui_locales: false,
        userinfo: UserinfoMethod::Post,
        claims: national_claims(),
        classes: national_classes(),
        default_class: None,
        levels: los(),
        ..oidc()
    }
}

fn vneid() -> Defaults {
    Defaults {
        name: LocalText::new("VNeID", "VNeID"),
        // Nothing else of it is public: what is missing must be set.
        places: Places { base_url: Some("https://sso.dancuquocgia.gov.vn"), authorization: Some("/auth"), ..NO_PLACES },
        client_auth: UpstreamClientAuth::PrivateKeyJwt,
        scope: "openid",
        ui_locales: false,
        // Nobody knows what its server makes of a parameter that no public integration sends. If it refuses, nobody gets
        // in; if it does not say when people signed in, they are asked anew where that matters.
        max_age: AskedAge::Asked(false),
        claims: ClaimMap { logout_uri: Some(ClaimNames::of(&["logoutUri"])), ..national_claims() },
        classes: national_classes(),
        default_class: None,
        levels: ials().into_iter().chain(los()).collect(),
        ..oidc()
    }
}

fn keycloak() -> Defaults {
    Defaults {
        name: LocalText::new("Tài khoản dịch vụ công", "Public-service account"),
        // Numbers as one province's realm names them; whether they are vouched for is the operator's to say.
        claims: ClaimMap {
            identity_number: Some(ClaimNames::of(&["citizenId"])),
            former_number: Some(ClaimNames::of(&["identityCardId"])),
            ..standard_claims()
        },
        ..oidc()
    }
}

fn wso2() -> Defaults {
    Defaults {
        places: Places { discovery: Some("/oauth2/token/.well-known/openid-configuration"), ..WSO2_PLACES },
        client_auth: UpstreamClientAuth::ClientSecretPost,
        userinfo: UserinfoMethod::Post,
        ..oidc()
    }
}

fn oidc() -> Defaults {
    Defaults {
        name: LocalText::new("Tài khoản khác", "Another account"),
        places: Places { issuer: Some(""), discovery: Some("/.well-known/openid-configuration"), ..NO_PLACES },
        client_auth: UpstreamClientAuth::ClientSecretBasic,
        pkce: true,
        nonce: true,
        scope: "openid profile email phone",
        acr_values: "",
        ui_locales: true,
        answer_mode: AnswerMode::Query,
        userinfo: UserinfoMethod::Get,
        userinfo_signed: UserinfoSigned::IfItIs,
        max_age: A_MONTH,
        logout: LogoutPolicy::Browser,
        claims: standard_claims(),
        classes: BTreeMap::new(),
        default_class: Some(AccountClass::Citizen),
        levels: Vec::new(),
        default_level: DefaultLevel::default(),
    }
}

/// OpenID Connect Core §5.1.
fn standard_claims() -> ClaimMap {
    ClaimMap {
        subject: Some(ClaimNames::of(&["sub"])),
        full_name: Some(ClaimNames::of(&["name"])),
        birth_date: Some(ClaimNames::of(&["birthdate"])),
        email: Some(ClaimNames::of(&["email"])),
        phone: Some(ClaimNames::of(&["phone_number"])),
        ..ClaimMap::default()
    }
}

/// The names that the national portal uses, to the letter.
fn national_claims() -> ClaimMap {
    ClaimMap {
        subject: Some(ClaimNames::of(&["TechID", "sub"])),
        class: Some(ClaimNames::of(&["LoaiTaiKhoan"])),
        full_name: Some(ClaimNames::of(&["HoVaTen"])),
        birth_date: Some(ClaimNames::of(&["NgayThangNamSinh"])),
        identity_number: Some(ClaimNames::of(&["SoDinhDanh"])),
        former_number: Some(ClaimNames::of(&["SoCMND"])),
        business_name: Some(ClaimNames::of(&["TenDoanhNghiep"])),
        business_code: Some(ClaimNames::of(&["MaSoDoanhNghiep", "MaSoThue"])),
        email: Some(ClaimNames::of(&["ThuDienTu"])),
        phone: Some(ClaimNames::of(&["SoDienThoai"])),
        logout_uri: None,
    }
}

fn national_classes() -> BTreeMap<String, AccountClass> {
    [("1", AccountClass::Citizen), ("2", AccountClass::Business), ("3", AccountClass::Organisation)]
        .map(|(value, class)| (value.to_owned(), class))
        .into()
}

fn rule(claim: &str, value: &str, ial: u8, amr: &[Amr], ask: Option<&str>) -> LevelRule {
    LevelRule { claim: claim.to_owned(), value: value.to_owned(), ial, amr: amr.to_vec(), ask: ask.map(str::to_owned) }
}

/// `loAs`. Only LoA1 was ever seen in public integrations; the others are as WSO2 deployments name them.
fn los() -> Vec<LevelRule> {
    let sms = [Amr::Pwd, Amr::Sms, Amr::Mfa];
    let key = [Amr::Hwk, Amr::Mfa];
    let of = |level: u8, amr: &[Amr]| {
        let name = format!("LoA{level}");
        [rule("loAs", &name, level, amr, Some(&name)), rule("loAs", &level.to_string(), level, amr, None)]
    };
    [of(1, &sms), of(2, &sms), of(3, &key)].into_iter().flatten().collect()
}

/// `IAL` of VNeID: the level of the electronic identification.
fn ials() -> Vec<LevelRule> {
    let app = [Amr::Pwd, Amr::Otp, Amr::Mfa];
    let key = [Amr::Hwk, Amr::Mfa];
    vec![rule("IAL", "1", 1, &app, None), rule("IAL", "2", 2, &app, None), rule("IAL", "3", 3, &key, None)]
}
