//! Metadata as it was stored, maybe by a newer version of this program: while nodes are upgraded one after the other, the
//! old ones meet clients that the new ones registered (migrations/README.md). Such a client must not stop the others, and
//! must never be served as something weaker than it is.

use super::metadata::ClientMetadata;
use crate::ids::ClientId;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// How much this version knows of what was registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stored {
    /// All of it.
    #[default]
    Known,
    /// These fields it does not know. A new field may be a new demand, so the client is unavailable here as well; they are
    /// kept when something else of it is changed.
    WithUnknownFields(Map<String, Value>),
    /// A value of a field that it does know is new to it, for this reason. The client is unavailable here: neither a default
    /// nor a guess may stand in for what its operator chose.
    Unreadable(String),
}

impl ClientMetadata {
    /// Reads what was stored of the client `id`.
    pub fn from_stored(id: &ClientId, text: &str) -> (Self, Stored) {
        match serde_json::from_str(text) {
            Ok(metadata) => (metadata, Stored::Known),
            Err(fault) => Self::from_newer(id, text).unwrap_or_else(|| Self::unavailable(id, &Map::new(), &fault)),
        }
    }

    fn from_newer(id: &ClientId, text: &str) -> Option<(Self, Stored)> {
        let all: Map<String, Value> = serde_json::from_str(text).ok()?;
        let (known, unknown): (Map<_, _>, Map<_, _>) =
            all.into_iter().partition(|(name, _)| field_names().contains(&name.as_str()));
        Some(match Self::deserialize(Value::Object(known.clone())) {
            Ok(metadata) => (metadata, Stored::WithUnknownFields(unknown)),
            Err(fault) => Self::unavailable(id, &known, &fault),
        })
    }

    /// Metadata that opens nothing, even to somebody who forgets to ask whether the client is on: no redirect URI, no scope,
    /// no grant type. What people read is kept, and that the service wants to know of ended sessions: a newer node tells it.
    fn unavailable(id: &ClientId, known: &Map<String, Value>, fault: &serde_json::Error) -> (Self, Stored) {
        let text = |name: &str| known.get(name).and_then(Value::as_str).map(str::to_owned);
        let metadata = Self {
            client_name_en: text("client_name_en"),
            scope: String::new(),
            grant_types: Vec::new(),
            backchannel_logout_uri: text("backchannel_logout_uri"),
            ..Self::named(text("client_name").unwrap_or_else(|| id.to_string()), Vec::new())
        };
        (metadata, Stored::Unreadable(fault.to_string()))
    }
}

/// The names of the fields, from where they are declared.
fn field_names() -> &'static [&'static str] {
    ClientMetadata::deserialize(AsksForNames).map_or_else(|Names(names)| names, |_| &[])
}

/// Hands out nothing, and notes the names that a struct asks for.
struct AsksForNames;

#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} names", self.0.len())
    }
}

impl std::error::Error for Names {}

impl de::Error for Names {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for AsksForNames {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Names> {
        Err(Names(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Names> {
        Err(Names(names))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::client::{ClientAuthMethod, GrantKind};
    use serde_json::json;

    fn read(change: impl FnOnce(&mut Map<String, Value>)) -> (ClientMetadata, Stored) {
        let mut metadata = ClientMetadata::named("Một cửa", vec!["https://rp.example/cb".to_owned()]);
        metadata.token_endpoint_auth_method = ClientAuthMethod::PrivateKeyJwt;
        metadata.client_name_en = Some("One stop".to_owned());
        metadata.backchannel_logout_uri = Some("https://rp.example/out".to_owned());
        let Value::Object(mut stored) = serde_json::to_value(&metadata).unwrap() else { unreachable!() };
        change(&mut stored);
        ClientMetadata::from_stored(&ClientId::from_text("mot-cua"), &Value::Object(stored).to_string())
    }

    #[test]
    fn what_this_version_wrote_is_read_whole() {
        let (metadata, stored) = read(|_| {});
        assert_eq!((metadata.client_name.as_str(), stored), ("Một cửa", Stored::Known));
        assert!(field_names().contains(&"client_name") && field_names().contains(&"frontchannel_logout_uri"));
    }

    #[test]
    fn unknown_fields_are_kept() {
        let (metadata, stored) = read(|fields| {
            fields.insert("software_statement".to_owned(), json!({ "a": [1] }));
        });
        assert_eq!(metadata, read(|_| {}).0);
        let Stored::WithUnknownFields(kept) = stored else { unreachable!("{stored:?}") };
        assert_eq!(Value::Object(kept), json!({ "software_statement": { "a": [1] } }));
    }

    // security: row 38
    #[test]
    fn an_unknown_value_makes_a_client_that_opens_nothing() {
        for (name, value) in [
            ("token_endpoint_auth_method", json!("tls_client_auth")),
            ("id_token_signed_response_alg", json!("ML-DSA-65")),
            ("grant_types", json!(["authorization_code", "urn:openid:params:grant-type:ciba"])),
            ("subject_type", json!("ephemeral")),
            ("identity", json!("verified-at-level-3")),
            ("userinfo_encrypted_response_alg", json!("X-Wing")),
            ("claim_aliases", json!({ "preset": "a-newer-one" })),
            ("require_pkce", json!("always")),
            ("scope", json!(["openid"])),
        ] {
            let (metadata, stored) = read(|fields| {
                fields.insert(name.to_owned(), value);
                fields.insert("of_the_future".to_owned(), json!(1));
            });
            assert!(matches!(&stored, Stored::Unreadable(why) if !why.is_empty()), "{name}: {stored:?}");
            assert_eq!(
                (metadata.client_name.as_str(), metadata.client_name_en.as_deref()),
                ("Một cửa", Some("One stop"))
            );
            assert!(metadata.redirect_uris.is_empty() && metadata.scope.is_empty(), "{name}");
            assert_eq!(metadata.grant_types, Vec::<GrantKind>::new(), "{name}");
            assert_ne!(metadata.token_endpoint_auth_method, ClientAuthMethod::None, "{name}");
            assert_eq!(metadata.backchannel_logout_uri.as_deref(), Some("https://rp.example/out"), "{name}");
        }
    }

    #[test]
    fn what_is_no_metadata_at_all_is_named_by_its_id() {
        for text in ["", "{", "[]", "null", "\"x\"", "{\"client_name\":7}"] {
            let (metadata, stored) = ClientMetadata::from_stored(&ClientId::from_text("mot-cua"), text);
            assert_eq!(metadata.client_name, "mot-cua", "{text}");
            assert!(matches!(stored, Stored::Unreadable(_)), "{text}");
        }
    }
}
