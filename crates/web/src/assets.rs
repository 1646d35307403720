//! The files that pages load: our style sheet and script, the operator's colours and logo. Each has a hash of its content in its
//! address, so that it may be kept for ever and is never stale.
//!
//! Owns: embedding, addresses, serving. Leaves: what the files look like to `assets/` and the operator.

use crate::edge::{PageError, Path};
use crate::settings::{Colours, WebSettings};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

const STYLE: &str = include_str!("../assets/style.css");
const LOGO: &str = include_str!("../assets/logo.svg");
const ADDRESS_SCRIPT: &str = include_str!("../assets/address.js");
const PASSKEY: &str = include_str!("../assets/passkey.js");
const CHECK_SESSION: &str = include_str!("../assets/check-session.js");

/// The largest logo.
const MAX_LOGO: u64 = 256 * 1024;

/// For what has a hash of its content in its address.
pub(crate) const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Where the files are served.
const FOLDER: &str = "/assets/";

/// Why the operator's logo cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AssetFault {
    /// The file cannot be read.
    #[error("the logo {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file's name has none of the endings that we know.
    #[error("the logo {0} must be a .svg, .png, .webp or .jpg file")]
    UnknownKind(PathBuf),
    /// The file is too large for every page of every visitor.
    #[error("the logo {0} is larger than 256 KiB")]
    TooLarge(PathBuf),
}

/// The files by their names, and the addresses that pages use.
#[derive(Clone, Debug)]
pub struct Assets {
    files: Arc<BTreeMap<String, File>>,
    stylesheet: String,
    theme: Option<String>,
    logo: String,
    address_script: String,
    passkey_script: String,
    check_session_script: String,
}

#[derive(Clone, Debug)]
struct File {
    kind: &'static str,
    content: Bytes,
}

impl Assets {
    /// Our own files, the operator's colours, and the operator's logo if one is set. Read once, at start.
    pub fn load(settings: &WebSettings) -> Result<Self, AssetFault> {
        let (ending, kind, content) = match &settings.logo {
            Some(path) => read_logo(path)?,
            None => ("svg", "image/svg+xml", Bytes::from_static(LOGO.as_bytes())),
        };
        let mut files = BTreeMap::new();
        let mut add = |stem: &str, ending: &str, kind: &'static str, content: Bytes| {
            let name = format!("{stem}-{}.{ending}", short_hash(&content));
            let address = format!("{FOLDER}{name}");
            files.insert(name, File { kind, content });
            address
        };
        let logo = add("logo", ending, kind, content);
        let stylesheet = add("style", "css", "text/css; charset=utf-8", Bytes::from_static(STYLE.as_bytes()));
        let address_script =
            add("address", "js", "text/javascript; charset=utf-8", Bytes::from_static(ADDRESS_SCRIPT.as_bytes()));
        let passkey_script =
            add("passkey", "js", "text/javascript; charset=utf-8", Bytes::from_static(PASSKEY.as_bytes()));
        let check_session_script =
            add("check-session", "js", "text/javascript; charset=utf-8", Bytes::from_static(CHECK_SESSION.as_bytes()));
        let theme = (settings.colours != Colours::default())
            .then(|| add("theme", "css", "text/css; charset=utf-8", theme_css(&settings.colours).into()));
        let files = Arc::new(files);
        Ok(Self { files, stylesheet, theme, logo, address_script, passkey_script, check_session_script })
    }

    /// The address of the style sheet.
    pub(crate) fn stylesheet(&self) -> &str {
        &self.stylesheet
    }

    /// The address of the style sheet with the operator's colours, if they differ from ours. Its own file, because the
    /// pages' policy allows no style inside a page.
    pub(crate) fn theme(&self) -> Option<&str> {
        self.theme.as_deref()
    }

    /// The address of the script that asks a browser for a passkey.
    pub(crate) fn passkey_script(&self) -> &str {
        &self.passkey_script
    }

    /// The address of the script by which services hear of a change of the session.
    pub(crate) fn check_session_script(&self) -> &str {
        &self.check_session_script
    }

    /// The address of the logo.
    pub(crate) fn logo(&self) -> &str {
        &self.logo
    }

    /// The address of the script that makes the fields of an address quicker.
    pub(crate) fn address_script(&self) -> &str {
        &self.address_script
    }
}

/// Serves a file.
pub(crate) async fn get(State(assets): State<Assets>, Path(name): Path<String>) -> Result<Response, PageError> {
    let file = assets.files.get(&name).ok_or(PageError::NotFound)?;
    let mut response = file.content.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(CACHE_CONTROL, FOR_EVER);
    // A logo opened by itself is a document: whatever is in it, it may run and load nothing.
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"),
    );
    Ok(response)
}

fn theme_css(colours: &Colours) -> String {
    format!(":root {{ --primary: {}; --accent: {}; }}\n", colours.primary, colours.accent)
}

fn read_logo(path: &FilePath) -> Result<(&'static str, &'static str, Bytes), AssetFault> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let (ending, kind) = match ending.as_str() {
        "svg" => ("svg", "image/svg+xml"),
        "png" => ("png", "image/png"),
        "webp" => ("webp", "image/webp"),
        "jpg" | "jpeg" => ("jpg", "image/jpeg"),
        _ => return Err(AssetFault::UnknownKind(path.to_owned())),
    };
    let unreadable = |error| AssetFault::Unreadable(path.to_owned(), error);
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_LOGO {
        return Err(AssetFault::TooLarge(path.to_owned()));
    }
    Ok((ending, kind, std::fs::read(path).map_err(unreadable)?.into()))
}

/// Names a content in an address.
pub(crate) fn short_hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).fold(String::new(), |mut hash, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_address_changes_with_the_content_alone() {
        let ours = Assets::load(&WebSettings::default()).unwrap();
        assert!(ours.stylesheet().starts_with("/assets/style-"));
        assert_eq!(ours.theme(), None);
        let with = |primary: &str| {
            let colours = Colours { primary: primary.parse().unwrap(), ..Colours::default() };
            Assets::load(&WebSettings { colours, ..WebSettings::default() }).unwrap()
        };
        assert_ne!(with("#004080").theme(), with("#004081").theme());
        assert_eq!(with("#004080").theme(), with("#004080").theme());
        assert_eq!(with("#004080").stylesheet(), ours.stylesheet());
    }

    #[test]
    fn the_theme_names_variables_that_the_style_sheet_has() {
        let colours = Colours::default();
        assert_eq!(
            theme_css(&colours),
            format!(":root {{ --primary: {}; --accent: {}; }}\n", colours.primary, colours.accent)
        );
        for variable in ["--primary", "--accent"] {
            assert!(
                STYLE.contains(&format!("{variable}:")) && STYLE.contains(&format!("var({variable})")),
                "{variable}"
            );
        }
        assert!(
            STYLE.contains(&format!("--primary: {};", colours.primary)),
            "the default colours are those of the style sheet"
        );
        assert!(
            STYLE.contains(&format!("--accent: {};", colours.accent)),
            "the default colours are those of the style sheet"
        );
    }

    #[tokio::test]
    async fn a_file_may_be_kept_for_ever_and_an_unknown_one_is_not_found() {
        let assets = Assets::load(&WebSettings::default()).unwrap();
        let name = assets.logo().strip_prefix(FOLDER).unwrap().to_owned();
        let response = get(State(assets.clone()), Path(name)).await.unwrap();
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()[CONTENT_TYPE], "image/svg+xml");
        for name in ["style.css", "../Cargo.toml", "", "style-0000000000000000.css"] {
            assert_eq!(get(State(assets.clone()), Path(name.to_owned())).await.unwrap_err(), PageError::NotFound);
        }
    }

    #[test]
    fn a_logo_that_is_missing_or_of_no_known_kind_stops_the_start() {
        let load = |path: &str| Assets::load(&WebSettings { logo: Some(path.into()), ..WebSettings::default() });
        assert!(matches!(load("Cargo.toml"), Err(AssetFault::UnknownKind(_))));
        assert!(matches!(load("assets/none.svg"), Err(AssetFault::Unreadable(..))));
        assert!(load("assets/logo.svg").is_ok());
    }

    // security: row 3
    #[tokio::test]
    async fn our_scripts_are_served_as_such_and_make_no_markup() {
        let assets = Assets::load(&WebSettings::default()).unwrap();
        let name = assets.passkey_script().strip_prefix(FOLDER).unwrap().to_owned();
        assert!(name.starts_with("passkey-") && FilePath::new(&name).extension().is_some_and(|ending| ending == "js"));
        let response = get(State(assets.clone()), Path(name)).await.unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        for dangerous in
            ["innerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(", "import("]
        {
            assert!(!PASSKEY.contains(dangerous) && !CHECK_SESSION.contains(dangerous), "{dangerous}");
        }
    }

    // security: row 3
    #[test]
    fn our_own_logo_runs_and_loads_nothing() {
        for dangerous in ["<script", "<foreignObject", "href=", "onload", "url("] {
            assert!(!LOGO.contains(dangerous), "{dangerous}");
        }
    }
}
