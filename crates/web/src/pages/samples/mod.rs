//! Every page, drawn without a server: for the tests, and to look at.

#![expect(clippy::expect_used, reason = "tests")]

mod account;
mod arriving;
mod registering;
mod services;
mod signing_in;
mod upstream;

use super::client_links::ClientFace;
use super::layout::{LanguageLink, Layout};
use crate::edge::PageError;
use crate::texts::Texts;
use askama::Template;
use portal_id_core::language::Language;
use portal_id_core::time::Span;

/// A drawn page.
pub(super) struct Sample {
    /// What it shows.
    pub(super) name: &'static str,
    /// The struct that drew it.
    pub(super) page: &'static str,
    /// The page.
    pub(super) html: String,
}

/// Draws pages in one language, with plausible values, or with one hostile value in every place.
pub(super) struct Samples {
    language: Language,
    hostile: Option<&'static str>,
    drawn: Vec<Sample>,
}

/// All pages.
pub(super) fn all(language: Language, hostile: Option<&'static str>) -> Vec<Sample> {
    let mut samples = Samples { language, hostile, drawn: Vec::new() };
    samples.registration();
    samples.activation();
    samples.sign_in();
    samples.code();
    samples.second_step();
    samples.phone_correction();
    samples.own_account();
    samples.factors();
    samples.services();
    samples.sessions();
    samples.passwords();
    samples.not_me();
    samples.service();
    samples.leaving();
    samples.upstream();
    samples.arriving();
    samples.linked();
    samples.notices();
    samples.faults();
    samples.drawn
}

/// A frame, for tests of parts of a page.
pub(super) fn layout(language: Language) -> Layout {
    Samples { language, hostile: None, drawn: Vec::new() }.layout("home-title")
}

/// Every way in which a request can fail.
pub(crate) fn faults() -> Vec<PageError> {
    vec![
        PageError::NotFound,
        PageError::MethodNotAllowed,
        PageError::Malformed("unknown-field"),
        PageError::NotAForm,
        PageError::TooLarge,
        PageError::UriTooLong,
        PageError::HeadersTooLarge,
        PageError::StartAgain,
        PageError::FlowOver,
        PageError::AuthorizeRefused("redirect-uri-unregistered"),
        PageError::TooSlow,
        PageError::Overloaded(Span::seconds(1)),
        PageError::Unavailable("out of reach".to_owned()),
        PageError::Internal("a detail for the log".to_owned()),
    ]
}

impl Samples {
    /// The value for one place.
    fn v(&self, plausible: &str) -> String {
        self.hostile.unwrap_or(plausible).to_owned()
    }

    fn layout(&self, title: &'static str) -> Layout {
        let (vi, en) = ("Tiếng Việt", "English");
        let (tag, name) = if self.language == Language::Vi { ("en", en) } else { ("vi", vi) };
        let portal = if self.language == Language::Vi {
            "Cổng dịch vụ công trực tuyến"
        } else {
            "Public service portal"
        };
        let desk = if self.language == Language::Vi {
            "Trung tâm Phục vụ hành chính công tỉnh, số 1 đường Lý Thái Tổ"
        } else {
            "the provincial service centre, 1 Lý Thái Tổ street"
        };
        Layout {
            texts: Texts::of(self.language),
            title,
            portal_name: self.v(portal),
            province_name: Some(self.v("Tỉnh Bắc Ninh")),
            support_url: Some(self.v("https://support.example.vn/")),
            desk: self.v(desk),
            stylesheet: self.v("style.css"),
            theme: Some(self.v("theme.css")),
            logo: self.v("logo.svg"),
            passkey_script: self.v("passkey.js"),
            passkeys: true,
            csrf: self.v("csrf-value"),
            flow: None,
            next: None,
            service: None,
            client: None,
            request_id: self.v("0192f3a1-7c1e-7b1a-9d52-3f2b8c1d0e5f"),
            languages: vec![LanguageLink { tag, name, href: self.v(&format!("?lang={tag}")) }],
            signed_in_as: None,
        }
    }

    fn in_flow(&self, title: &'static str) -> Layout {
        Layout {
            flow: Some(self.v("c2VhbGVk")),
            service: Some(self.v("Dịch vụ hộ tịch điện tử")),
            ..self.layout(title)
        }
    }

    /// A service that shows everything it can of itself.
    fn face(&self) -> ClientFace {
        ClientFace {
            name: self.v("Dịch vụ hộ tịch điện tử"),
            logo: Some(self.v("logo.svg")),
            home: Some(self.v("https://hotich.example.vn/")),
            policy: Some(self.v("https://hotich.example.vn/chinh-sach")),
            terms: Some(self.v("https://hotich.example.vn/dieu-khoan")),
        }
    }

    /// On the way to such a service, on a page that asks something for it.
    fn in_flow_of_client(&self, title: &'static str) -> Layout {
        Layout { client: Some(self.face()), ..self.in_flow(title) }
    }

    fn signed_in(&self, title: &'static str) -> Layout {
        Layout { signed_in_as: Some(self.v("nguyenthian85")), ..self.layout(title) }
    }

    fn draw<P: Template>(&mut self, name: &'static str, page: &P) {
        let html = page.render().expect("a page can be drawn");
        self.drawn.push(Sample { name, page: std::any::type_name::<P>(), html });
    }
}
