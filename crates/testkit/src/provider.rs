//! Another provider, by which people arrive: it signs real tokens and does what it is told. It answers in process, behind
//! the port by which the house calls upstreams.

mod shapes;
mod socket;

use crate::own_key::OwnKey;
use async_trait::async_trait;
use portal_id_core::ports::{CallBody, NotAnswered, UpstreamAnswer, UpstreamCall, UpstreamHttp};
use portal_id_core::time::Clock;
use portal_id_server::config::Config;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tempfile::NamedTempFile;
use tokio::sync::{Notify, watch};
use url::Url;

/// Our name at every such provider.
pub const CLIENT_ID: &str = "cong-tinh";
/// Our secret at the national portal.
pub const SECRET: &str = "bí mật & khác";

/// What the provider does at a path.
#[derive(Clone, Debug)]
pub enum Manner {
    /// Nothing answers.
    Away,
    /// It takes what it is asked and says nothing, until [`Provider::hang_up`]; on a socket only.
    Hang,
    /// It breaks off in the middle of what it says; on a socket only.
    Cut,
    /// Only a status.
    Status(u16),
    /// This, with this media type, whatever was asked.
    Say(&'static str, String),
}

/// What the provider was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub method: &'static str,
    pub authorization: Option<String>,
    pub fields: Vec<(String, String)>,
}

impl Asked {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// What the provider knows and does; tests change it as they like.
pub struct Inside {
    /// What it does at a path, if not what it should.
    pub manners: HashMap<String, Manner>,
    pub asked: Vec<Asked>,
    /// What it answered to those who redeemed a code.
    pub given: Vec<Value>,
    /// By what it signs.
    pub key: OwnKey,
    /// The keys that it publishes.
    pub published: Vec<Value>,
    /// The person at the browser: claims of the ID token beside `iss`, `aud`, `exp`, `iat` and `nonce`. What is set here of
    /// those wins; `null` takes one out.
    pub id_token: Map<String, Value>,
    /// What userinfo says of them.
    pub userinfo: Map<String, Value>,
    /// The header of the ID token, if not the usual one.
    pub header: Option<Value>,
    /// Given out in place of the ID token.
    pub token: Option<String>,
    /// Metadata beside the addresses.
    pub metadata: Map<String, Value>,
    nonces: HashMap<String, Option<String>>,
    /// How many codes it has given out: no two are the same.
    codes: u32,
}

impl Inside {
    /// Another person sits at the browser.
    pub fn person(&mut self, id_token: Value, userinfo: Value) {
        let map = |value| match value {
            Value::Object(map) => map,
            other => panic!("claims are an object, not {other}"),
        };
        (self.id_token, self.userinfo) = (map(id_token), map(userinfo));
    }
}

/// The provider.
pub struct Provider {
    /// Its id with us.
    pub id: String,
    /// Where it is.
    pub base: String,
    preset: &'static str,
    inside: Mutex<Inside>,
    clock: OnceLock<Arc<dyn Clock>>,
    /// Somebody asked.
    news: Notify,
    /// Whoever hangs is cut off.
    released: watch::Sender<()>,
    /// Who vouches for its certificate, if it has one.
    root_ca: Option<NamedTempFile>,
}

impl Provider {
    fn new(id: &str, base: &str, preset: &'static str) -> Self {
        let key = OwnKey::named(&format!("key-of-{id}"));
        let inside = Inside {
            manners: HashMap::new(),
            asked: Vec::new(),
            given: Vec::new(),
            published: vec![key.public_jwk()],
            key,
            id_token: Map::new(),
            userinfo: Map::new(),
            header: None,
            token: None,
            metadata: Map::new(),
            nonces: HashMap::new(),
            codes: 0,
        };
        Self {
            id: id.to_owned(),
            base: base.to_owned(),
            preset,
            inside: Mutex::new(inside),
            clock: OnceLock::new(),
            news: Notify::new(),
            released: watch::Sender::new(()),
            root_ca: None,
        }
    }

    pub fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> i64 {
        self.clock.get().expect("a house that calls it").now().seconds()
    }

    /// Our secret there: no other provider has it.
    pub fn secret(&self) -> String {
        if self.preset == "vnconnect" { SECRET.to_owned() } else { format!("{SECRET} của {}", self.id) }
    }

    /// How an operator writes it down.
    pub fn toml(&self) -> String {
        let Self { id, base, preset, .. } = self;
        let root = self.root();
        let name = if *preset == "vnconnect" {
            ""
        } else {
            "name = { vi = \"Tài khoản tỉnh\", en = \"Provincial account\" }\n"
        };
        format!(
            "[[federation.upstreams]]\nid = \"{id}\"\npreset = \"{preset}\"\nbase_url = \"{base}{root}\"\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{}\"\n{name}",
            self.secret()
        )
    }

    /// Writes it into a configuration, with `more` lines of TOML.
    pub fn configure(&self, config: &mut Config, more: &str) {
        let written = Config::from_toml(&format!("{}{more}", self.toml())).unwrap();
        config.federation.upstreams.extend(written.federation.upstreams);
    }

    /// Takes the provider's part: whoever was sent to `departure` signs in, and comes back to the address that is returned.
    pub fn sign_in(&self, departure: &Url) -> Url {
        self.answer(departure, |inside, asked| {
            inside.codes += 1;
            let code = format!("code-{}", inside.codes);
            inside.nonces.insert(code.clone(), asked("nonce"));
            vec![("code", code)]
        })
    }

    /// Whoever was sent to `departure` comes back with an error.
    pub fn refuse(&self, departure: &Url, error: &str) -> Url {
        self.answer(departure, |_, _| vec![("error", error.to_owned())])
    }

    fn answer(
        &self,
        departure: &Url,
        with: impl FnOnce(&mut Inside, &dyn Fn(&str) -> Option<String>) -> Vec<(&'static str, String)>,
    ) -> Url {
        assert!(departure.as_str().starts_with(&self.base), "{departure} is not at {}", self.base);
        let asked =
            |name: &str| departure.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned());
        assert_eq!(asked("client_id").as_deref(), Some(CLIENT_ID));
        let mut back = Url::parse(&asked("redirect_uri").expect("a redirect URI")).unwrap();
        let pairs = with(&mut self.inside(), &asked);
        back.query_pairs_mut().extend_pairs(pairs).append_pair("state", &asked("state").expect("a state"));
        back
    }

    /// What it was asked at a path, the oldest first.
    pub fn asked_at(&self, path: &str) -> Vec<Asked> {
        self.inside().asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    fn id_token(&self, inside: &Inside, code: &str) -> String {
        let now = self.now();
        let mut claims = json!({
            "iss": self.issuer(), "aud": CLIENT_ID, "iat": now, "exp": now + 300, "auth_time": now - 5,
        });
        let claims_map = claims.as_object_mut().unwrap();
        if let Some(nonce) = inside.nonces.get(code).cloned().flatten() {
            claims_map.insert("nonce".to_owned(), nonce.into());
        }
        claims_map.extend(inside.id_token.clone());
        claims_map.retain(|_, value| !value.is_null());
        inside.key.sign(inside.header.as_ref().unwrap_or(&inside.key.header()), &claims)
    }

    fn well(&self, inside: &Inside, asked: &Asked) -> (u16, &'static str, String) {
        const JSON: &str = "application/json";
        let [sign_in, token, userinfo, keys, sign_out, metadata] = self.places();
        let path = asked.path.as_str();
        if path == token {
            match asked.field("code").filter(|code| inside.nonces.contains_key(*code)) {
                Some(code) => {
                    let id_token = inside.token.clone().unwrap_or_else(|| self.id_token(inside, code));
                    let answer = json!({ "access_token": "access-token-of-the-portal", "token_type": "Bearer", "expires_in": 300, "id_token": id_token });
                    (200, JSON, answer.to_string())
                }
                None => (400, JSON, json!({ "error": "invalid_grant" }).to_string()),
            }
        } else if path == userinfo {
            (200, JSON, Value::Object(inside.userinfo.clone()).to_string())
        } else if path == keys {
            (200, JSON, json!({ "keys": inside.published }).to_string())
        } else if path == metadata {
            let base = &self.base;
            let mut document = json!({
                "issuer": self.issuer(),
                "authorization_endpoint": format!("{base}{sign_in}"),
                "token_endpoint": format!("{base}{token}"),
                "userinfo_endpoint": format!("{base}{userinfo}"),
                "jwks_uri": format!("{base}{keys}"),
                "end_session_endpoint": format!("{base}{sign_out}"),
            });
            document.as_object_mut().unwrap().extend(inside.metadata.clone());
            (200, JSON, document.to_string())
        } else {
            (404, "text/html", "<h1>404</h1>".to_owned())
        }
    }

    fn hear(&self, asked: &Asked) -> Result<UpstreamAnswer, NotAnswered> {
        let mut inside = self.inside();
        inside.asked.push(asked.clone());
        let (status, content_type, body) = match inside.manners.get(&asked.path).cloned() {
            Some(Manner::Away) => return Err(NotAnswered::Unreachable("did not answer in time".to_owned())),
            Some(Manner::Status(status)) => (status, "text/html", "<h1>Bảo trì</h1>".to_owned()),
            Some(Manner::Say(content_type, body)) => (200, content_type, body),
            Some(Manner::Hang | Manner::Cut) | None => self.well(&inside, asked),
        };
        if asked.path == self.places()[1] {
            inside.given.extend(serde_json::from_str::<Value>(&body));
        }
        // A code is good once.
        if let Some(code) = asked.field("code") {
            inside.nonces.remove(code);
        }
        Ok(UpstreamAnswer { status, content_type: content_type.to_owned(), body: body.into_bytes() })
    }
}

impl Provider {
    /// It dates what it says by this clock.
    pub fn by_clock(&self, clock: &Arc<dyn Clock>) {
        drop(self.clock.set(Arc::clone(clock)));
    }
}

/// All providers that a house may call, each at its own address.
#[derive(Default)]
pub struct Providers(Vec<Arc<Provider>>);

impl Providers {
    /// These, by the clock of the house.
    pub fn new(providers: impl Iterator<Item = Arc<Provider>>, clock: &Arc<dyn Clock>) -> Self {
        Self(providers.inspect(|provider| drop(provider.clock.set(Arc::clone(clock)))).collect())
    }
}

#[async_trait]
impl UpstreamHttp for Providers {
    async fn call(&self, call: UpstreamCall<'_>) -> Result<UpstreamAnswer, NotAnswered> {
        let url = Url::parse(call.url).unwrap();
        let base = url.origin().ascii_serialization();
        let Some(provider) = self.0.iter().find(|provider| provider.base == base) else {
            return Err(NotAnswered::Unreachable("nothing is there".to_owned()));
        };
        let (method, fields) = match call.body {
            CallBody::Get => ("GET", &[][..]),
            CallBody::EmptyPost => ("POST", &[][..]),
            CallBody::Form(fields) => ("POST", fields),
        };
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let authorization = call.authorization.map(|secret| secret.expose().to_owned());
        provider.hear(&Asked { path: url.path().to_owned(), method, authorization, fields })
    }
}
