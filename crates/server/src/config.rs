//! The configuration file: one TOML, each section owned by the room it is about.

use crate::tls::TlsSettings;
use anyhow::{Context as _, bail};
use portal_id_core::accounts::AccountSettings;
use portal_id_core::language::LocalText;
use portal_id_core::place::{Province, ProvinceCode};
use portal_id_ephemeral::EphemeralSettings;
use portal_id_federation::FederationSettings;
use portal_id_keys::KeySettings;
use portal_id_notify::{NotifySettings, OutgoingSettings};
use portal_id_oidc::OidcSettings;
use portal_id_storage::StorageSettings;
use portal_id_web::WebSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What the installation is for. Decides which conveniences are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Real people. Refuses to start with anything meant for a demonstration.
    #[default]
    Production,
    /// A developer's machine or a test installation: no mailboxes that anybody can read, but http on loopback.
    Development,
    /// `portal-id serve --demo`: an inbox for everybody, a ready citizen, a ready client.
    Demo,
}

/// Where the process listens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port. Loopback unless set otherwise: a proxy with TLS stands in front. A production that listens
    /// elsewhere needs `server.tls`, or `web.trusted_proxies` that protect the way to it.
    pub listen: SocketAddr,
    /// Address and port of `GET /metrics`, for Prometheus: on the loopback or in a private network, and never where people
    /// come. None unless set.
    pub metrics: Option<SocketAddr>,
    /// The certificate for https; none where a proxy in front has it.
    pub tls: Option<TlsSettings>,
    /// The file with the key-encryption key, made by `portal-id keys generate-kek`. Readable by the service alone.
    pub key_encryption_key_file: PathBuf,
    /// A TOML file with `[[client]]` tables, read at every start; such clients are changed there only.
    pub clients_file: Option<PathBuf>,
    /// Log lines as JSON instead of text.
    pub log_json: bool,
    /// The most connections at a time; whoever comes then waits.
    pub max_connections: usize,
    /// Seconds for which a process that was told to stop still serves while `/readyz` says 503, so that a load balancer
    /// sends new requests elsewhere first. 0 for one node; more than the load balancer needs to notice for several.
    pub drain_seconds: u64,
    /// Seconds that requests in flight get after that.
    pub shutdown_seconds: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics: None,
            tls: None,
            key_encryption_key_file: PathBuf::from("keys/key-encryption-key"),
            clients_file: None,
            log_json: false,
            max_connections: 4096,
            drain_seconds: 0,
            shutdown_seconds: 20,
        }
    }
}

/// The whole configuration. Unknown names are errors: a misspelt setting must not silently be the default.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the installation is for: `production`, `development` or `demo`.
    pub mode: Mode,
    /// Where the process listens and finds its files.
    pub server: ServerSettings,
    /// The database.
    pub storage: StorageSettings,
    /// Counters and one-time marks.
    pub ephemeral: EphemeralSettings,
    /// The protocol: issuer and lifetimes.
    pub oidc: OidcSettings,
    /// Signing keys.
    pub keys: KeySettings,
    /// Accounts and signing in.
    pub accounts: AccountSettings,
    /// E-mail and SMS.
    pub notify: NotifySettings,
    /// Other providers by which people may arrive.
    pub federation: FederationSettings,
    /// Calls to addresses that clients registered.
    pub outgoing: OutgoingSettings,
    /// Pages.
    pub web: WebSettings,
}

impl Config {
    /// Reads a configuration from TOML text.
    pub fn from_toml(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).context("the configuration cannot be read")
    }

    /// Makes every path relative to `folder`.
    fn resolve_paths(&mut self, folder: &Path) {
        if let Some(file) = self.storage.url.strip_prefix("sqlite:") {
            self.storage.url = format!("sqlite:{}", folder.join(file).display());
        }
        let smtp = &mut self.notify.smtp;
        let mut paths = vec![&mut self.server.key_encryption_key_file];
        paths.extend(self.server.clients_file.as_mut());
        if let Some(tls) = &mut self.server.tls {
            paths.extend([&mut tls.certificate_file, &mut tls.private_key_file]);
        }
        paths.extend(self.web.logo.as_mut());
        paths.extend(smtp.password_file.as_mut());
        paths.extend(smtp.root_ca_file.as_mut());
        paths.extend(self.outgoing.root_ca_file.as_mut());
        for gateway in &mut self.notify.sms_gateways {
            paths.extend(gateway.paths_mut());
        }
        for upstream in &mut self.federation.upstreams {
            paths.extend(upstream.paths_mut());
        }
        for path in paths {
            *path = folder.join(&*path);
        }
    }

    /// Gives e-mails the name, province and colour of the pages where they have none of their own.
    #[must_use]
    pub fn completed(mut self) -> Self {
        let (notify, web) = (&mut self.notify, &self.web);
        if notify.portal_name == LocalText::default() {
            notify.portal_name = web.portal_name.clone();
        }
        if notify.province == LocalText::default() {
            notify.province = web.province_name.clone();
        }
        if notify.colour.is_empty() {
            notify.colour = web.colours.primary.to_string();
        }
        self
    }

    /// Whether the settings fit together; the first that do not, in words for the operator.
    pub fn check(&self) -> anyhow::Result<()> {
        self.oidc.check()?;
        self.keys.check()?;
        if let Some(code) = &self.accounts.home_province
            && ProvinceCode::parse(code).and_then(Province::find).is_none()
        {
            bail!("accounts.home_province: there is no province {code:?}");
        }
        if self.server.tls.is_some() && !self.oidc.issuer.starts_with("https://") {
            bail!("server.tls is set, but oidc.issuer is no https address: nobody would come by it");
        }
        if self.server.metrics.is_some_and(|metrics| collide(metrics, self.server.listen)) {
            bail!("server.metrics is the address of server.listen: metrics are not for whoever comes there");
        }
        let published = i64::from(self.keys.longest_token_lifetime_seconds);
        let longest =
            self.oidc.access_token_seconds.max(self.oidc.id_token_seconds).max(self.oidc.client_token_seconds);
        if longest > published {
            bail!("keys.longest_token_lifetime_seconds is shorter than the life of a token: its key would go first");
        }
        if !(1..=300).contains(&self.oidc.assertion_seconds) {
            bail!("oidc.assertion_seconds: 1 to 300; a longer one would be a password that travels");
        }
        Ok(())
    }

    /// Reads the configuration file. Paths in it are relative to the file's folder.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}; name the file with --config", path.display()))?;
        let mut config = Self::from_toml(&text).with_context(|| format!("in {}", path.display()))?;
        config.resolve_paths(path.parent().unwrap_or_else(|| Path::new("")));
        Ok(config)
    }
}

/// Whether one listener would take what is meant for the other: every address of a machine includes each of them.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let (here, there) = (one.ip().to_canonical(), other.ip().to_canonical());
    one.port() == other.port() && (here == there || here.is_unspecified() || there.is_unspecified())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_a_production_on_loopback() {
        let config = Config::from_toml("").unwrap();
        assert_eq!(config.mode, Mode::Production);
        assert!(config.server.listen.ip().is_loopback());
    }

    #[test]
    fn a_token_that_outlives_its_key_is_refused() {
        let mut config = Config::from_toml("").unwrap();
        config.check().unwrap();
        config.oidc.id_token_seconds = 90_000;
        assert!(config.check().unwrap_err().to_string().contains("longest_token_lifetime"));
        let mut config = Config::from_toml("[oidc]\nclient_token_seconds = 90000").unwrap();
        assert!(config.check().unwrap_err().to_string().contains("longest_token_lifetime"));
        config.oidc.client_token_seconds = 300;
        config.oidc.assertion_seconds = 301;
        assert!(config.check().unwrap_err().to_string().contains("assertion_seconds"));
    }

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        let mut config = Config::from_toml(
            "[storage]\nurl = \"sqlite:data/a.sqlite3\"\n[server.tls]\ncertificate_file = \"tls/chain.pem\"\n\
             private_key_file = \"/etc/tls/key.pem\"\n[outgoing]\nroot_ca_file = \"ca.pem\"\n[notify.smtp]\npassword_file = \"smtp\"\n\
             [[notify.sms_gateways]]\npreset = \"esms\"\napi_key_file = \"/etc/key\"\nsecret_key_file = \"secret\"\n\
             [[federation.upstreams]]\nid = \"vnconnect\"\nclient_secret_file = \"vnconnect\"\nroot_ca_file = \"/etc/ca.pem\"",
        )
        .unwrap();
        config.resolve_paths(Path::new("/srv/portal"));
        assert_eq!(config.storage.url, "sqlite:/srv/portal/data/a.sqlite3");
        assert_eq!(config.notify.smtp.password_file.unwrap(), Path::new("/srv/portal/smtp"));
        let tls = config.server.tls.unwrap();
        assert_eq!((tls.certificate_file.as_path(), tls.reload_seconds), (Path::new("/srv/portal/tls/chain.pem"), 10));
        assert_eq!(tls.private_key_file, Path::new("/etc/tls/key.pem"));
        assert_eq!(config.outgoing.root_ca_file.unwrap(), Path::new("/srv/portal/ca.pem"));
        let paths: Vec<_> = config.notify.sms_gateways[0].paths_mut().into_iter().map(|path| path.clone()).collect();
        assert_eq!(paths, [Path::new("/etc/key"), Path::new("/srv/portal/secret")]);
        let paths: Vec<_> = config.federation.upstreams[0].paths_mut().map(|path| path.clone()).collect();
        assert_eq!(paths, [Path::new("/srv/portal/vnconnect"), Path::new("/etc/ca.pem")]);
    }

    #[test]
    fn tls_without_an_https_issuer_is_refused() {
        let tls = "[server.tls]\ncertificate_file = \"chain.pem\"\nprivate_key_file = \"key.pem\"\n[oidc]\nissuer = ";
        Config::from_toml(&format!("{tls}\"https://id.example\"")).unwrap().check().unwrap();
        let refused = Config::from_toml(&format!("{tls}\"http://localhost:8080\"")).unwrap().check().unwrap_err();
        assert!(refused.to_string().contains("server.tls"), "{refused}");
    }

    #[test]
    fn metrics_where_people_come_are_refused() {
        let with = |listen: &str, metrics: &str| {
            let text = format!("[server]\nlisten = \"{listen}\"\nmetrics = \"{metrics}\"");
            Config::from_toml(&text).unwrap().check()
        };
        with("127.0.0.1:8080", "127.0.0.1:9464").unwrap();
        with("0.0.0.0:443", "10.1.2.3:9464").unwrap();
        for (listen, metrics) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("127.0.0.1:8080", "[::]:8080"),
            ("127.0.0.1:8080", "[::ffff:127.0.0.1]:8080"),
        ] {
            let refused = with(listen, metrics).unwrap_err();
            assert!(refused.to_string().contains("server.metrics"), "{listen} {metrics}: {refused}");
        }
    }

    #[test]
    fn a_misspelt_setting_is_an_error_that_names_it() {
        let error = format!("{:#}", Config::from_toml("[server]\nlisten_on = \"x\"").unwrap_err());
        assert!(error.contains("listen_on"), "{error}");
    }
}
