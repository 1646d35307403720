//! The frame of every page: what `templates/layout.html` shows around the page's own part.

use super::client_links::ClientFace;
use crate::edge::{Edge, LocalPath};
use crate::texts::{TextArgument, Texts};
use http::Uri;
use portal_id_core::ctx::Ctx;
use portal_id_core::language::Language;
use portal_id_core::passkey::RelyingParty;

/// What the frame of a page needs. Each page's struct has one as its field `layout`.
pub(crate) struct Layout {
    /// The texts in the visitor's language.
    pub(crate) texts: Texts,
    /// The key of the page's title.
    pub(crate) title: &'static str,
    /// The portal's name in the visitor's language, as configured.
    pub(crate) portal_name: String,
    /// The province's name in the visitor's language, if one is configured.
    pub(crate) province_name: Option<String>,
    /// The address of a page with help, if one is configured.
    pub(crate) support_url: Option<String>,
    /// Where people get help in person, in the visitor's language, as configured.
    pub(crate) desk: String,
    /// The address of the style sheet.
    pub(crate) stylesheet: String,
    /// The address of the style sheet that sets the configured colours, if any are configured.
    pub(crate) theme: Option<String>,
    /// The address of the logo.
    pub(crate) logo: String,
    /// The address of the script that asks a browser for a passkey; only pages that do so load it.
    pub(crate) passkey_script: String,
    /// Whether browsers have passkeys at our address.
    pub(crate) passkeys: bool,
    /// The value of the hidden field `csrf` of every form.
    pub(crate) csrf: String,
    /// The sealed pending request that the address of every page of a flow carries.
    pub(crate) flow: Option<String>,
    /// The word for the page that the person is on the way to, if it is one of ours.
    pub(crate) next: Option<&'static str>,
    /// The name of the service that the person is on the way to.
    pub(crate) service: Option<String>,
    /// What that service shows of itself, on the pages that ask something for it.
    pub(crate) client: Option<ClientFace>,
    /// The id of this request, shown on error pages.
    pub(crate) request_id: String,
    /// The addresses of this page in the other languages.
    pub(crate) languages: Vec<LanguageLink>,
    /// What whoever is signed in is called.
    pub(crate) signed_in_as: Option<String>,
}

/// The way to the same page in another language.
pub(crate) struct LanguageLink {
    /// The language's tag.
    pub(crate) tag: &'static str,
    /// The language's name in itself.
    pub(crate) name: &'static str,
    /// The address.
    pub(crate) href: String,
}

impl LanguageLink {
    /// Links to the page at `uri` in the other languages.
    fn all(uri: &Uri, current: Language) -> Vec<Self> {
        let link = |language: Language| Self {
            tag: language.tag(),
            name: match language {
                Language::Vi => "Tiếng Việt",
                Language::En => "English",
            },
            href: LocalPath::in_language(uri, language.tag()).as_str().to_owned(),
        };
        Language::ALL.into_iter().filter(|language| *language != current).map(link).collect()
    }
}

impl Layout {
    /// A frame without anything of a visit: no form in it would be taken. `uri`: where the page is.
    pub(crate) fn bare(edge: &Edge, ctx: &Ctx, title: &'static str, uri: &Uri) -> Self {
        let language = ctx.language;
        let province = edge.settings.province_name.text(language);
        Self {
            texts: Texts::of(language),
            title,
            portal_name: edge.settings.portal_name.text(language).to_owned(),
            province_name: Some(province.to_owned()).filter(|name| !name.is_empty()),
            support_url: edge.settings.support_url.as_ref().map(|url| url.as_str().to_owned()),
            desk: edge.desk.text(language).to_owned(),
            stylesheet: edge.assets.stylesheet().to_owned(),
            theme: edge.assets.theme().map(str::to_owned),
            logo: edge.assets.logo().to_owned(),
            passkey_script: edge.assets.passkey_script().to_owned(),
            passkeys: RelyingParty::of(&edge.origin).is_domain(),
            csrf: String::new(),
            flow: None,
            next: None,
            service: None,
            client: None,
            request_id: ctx.request_id.clone(),
            languages: LanguageLink::all(uri, language),
            signed_in_as: None,
        }
    }

    /// The text of `key`.
    pub(crate) fn t(&self, key: &str) -> String {
        self.texts.text(key)
    }

    /// The text of `with`, which names passkeys, or that of `without` where there are none.
    pub(crate) fn t_passkeys(&self, with: &str, without: &str) -> String {
        self.t(if self.passkeys { with } else { without })
    }

    /// The text of `key` with one argument.
    pub(crate) fn t1(&self, key: &str, name: &str, argument: impl TextArgument) -> String {
        self.texts.text_with(key, &[(name, &argument)])
    }

    /// Where the person is on a way of `total` pages.
    pub(crate) fn step(&self, number: u32, total: u32) -> String {
        self.texts.text_with("step", &[("number", &number), ("total", &total)])
    }

    /// The language tag of the page.
    pub(crate) fn lang(&self) -> &'static str {
        self.texts.language().tag()
    }

    /// The address of one of our pages, which keeps the pending request and where to go on to.
    pub(crate) fn to(&self, path: &str) -> String {
        self.to_with(path, &[])
    }

    /// The address of one of our pages, which goes on to that of the word `next` afterwards.
    pub(crate) fn to_next(&self, path: &str, next: &'static str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("next", next);
        if let Some(flow) = &self.flow {
            query.append_pair("flow", flow);
        }
        format!("{path}?{}", query.finish())
    }

    /// The address of one of our pages with parameters, which keeps the pending request.
    pub(crate) fn to_with(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(next) = self.next {
            query.append_pair("next", next);
        }
        if let Some(flow) = &self.flow {
            query.append_pair("flow", flow);
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}
