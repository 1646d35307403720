//! One gateway in the configuration: the operator's table, laid over the description of its preset.

use super::HttpSettings;
use crate::sms::presets;
use crate::sms::smpp::SmppSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::path::PathBuf;

/// The preset that is no HTTP gateway.
pub(in crate::sms) const SMPP: &str = "smpp";

/// One text-message gateway: `preset` names who it is, and every value of the preset can be given another one.
#[derive(Clone, Debug)]
pub enum GatewaySettings {
    /// Over HTTP: a preset, or `http` for one that is described whole.
    Http(Box<HttpSettings>),
    /// Over SMPP: `smpp`.
    Smpp(Box<SmppSettings>),
}

impl GatewaySettings {
    /// Reads a gateway's table.
    pub fn from_table(mut table: Map<String, Value>) -> Result<Self, String> {
        if table.get("preset").is_some_and(|preset| preset == SMPP) {
            table.remove("preset");
            let settings = serde_json::from_value(Value::Object(table)).map_err(|error| error.to_string())?;
            return Ok(Self::Smpp(Box::new(settings)));
        }
        let described = presets::laid_under(table)?;
        serde_json::from_value(Value::Object(described))
            .map(|settings| Self::Http(Box::new(settings)))
            .map_err(|error| error.to_string())
    }

    /// The name in logs, in lists and in the address for reports.
    pub fn name(&self) -> &str {
        match self {
            Self::Http(settings) => &settings.name,
            Self::Smpp(settings) => &settings.name,
        }
    }

    /// For how many seconds one message can keep it busy at worst: every step ends with the request's own limit.
    pub(crate) fn longest_seconds(&self) -> u64 {
        let (steps, seconds) = match self {
            // Token, message, and both once more when the token is over.
            Self::Http(settings) if settings.token.is_some() => (4, settings.timeout_seconds),
            Self::Http(settings) => (1, settings.timeout_seconds),
            // A place in the window, the session, the message.
            Self::Smpp(settings) => (3, settings.timeout_seconds),
        };
        steps * u64::from(seconds.max(1))
    }

    /// Every file that the settings name.
    pub fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Http(settings) => settings.secret_files.values_mut().chain(settings.root_ca_file.as_mut()).collect(),
            Self::Smpp(settings) => settings.password_file.iter_mut().chain(settings.root_ca_file.as_mut()).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for GatewaySettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_table(Map::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for GatewaySettings {
    fn schema_name() -> Cow<'static, str> {
        "GatewaySettings".into()
    }

    /// One alternative per preset: the description's own settings, and the preset's short names for what differs from
    /// customer to customer.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let described = HttpSettings::json_schema(generator).to_value();
        let mut smpp = SmppSettings::json_schema(generator).to_value();
        smpp["properties"]["preset"] = json!({ "const": SMPP });
        smpp["required"] = json!(["preset"]);
        let alternatives: Vec<Value> = presets::all()
            .into_iter()
            .map(|preset| {
                let mut schema = described.clone();
                schema["description"] = json!(preset.about);
                schema["required"] = json!(["preset"]);
                let properties = &mut schema["properties"];
                properties["preset"] = json!({ "const": preset.name });
                for name in &preset.values {
                    properties[name] = json!({
                        "description": format!("Short for `values.{name}`."), "type": ["string", "integer", "boolean"]
                    });
                }
                for name in &preset.secrets {
                    properties[name] = json!({ "description": format!("Better in `{name}_file`."), "type": "string" });
                    properties[format!("{name}_file")] =
                        json!({ "description": format!("A file that holds `{name}`."), "type": "string" });
                }
                schema
            })
            .chain([smpp])
            .collect();
        schemars::json_schema!({
            "description": "One text-message gateway. Every value of a preset can be given another one.",
            "oneOf": alternatives
        })
    }
}
