//! The gateways that we know: each a description in a file beside this one, over which the operator's table is laid.

use super::settings::SMPP;
use serde_json::{Map, Value};

/// One preset, read.
pub(super) struct Preset {
    /// Its name.
    pub(super) name: &'static str,
    /// Who it is, in one line.
    pub(super) about: String,
    /// What an operator may write at the top of the table instead of under `values`.
    pub(super) values: Vec<String>,
    /// The same for `secrets`, and with `_file` for `secret_files`.
    pub(super) secrets: Vec<String>,
    description: Map<String, Value>,
}

const PRESETS: [(&str, &str); 9] = [
    ("esms", include_str!("esms.toml")),
    ("speedsms", include_str!("speedsms.toml")),
    ("vnpt", include_str!("vnpt.toml")),
    ("viettel", include_str!("viettel.toml")),
    ("fpt", include_str!("fpt.toml")),
    ("vietguys", include_str!("vietguys.toml")),
    ("stringee", include_str!("stringee.toml")),
    ("twilio", include_str!("twilio.toml")),
    ("http", "about = 'Any gateway that takes a JSON, form or XML request, described whole.'\n"),
];

/// All presets.
pub(super) fn all() -> Vec<Preset> {
    PRESETS.iter().map(|(name, text)| read(name, text)).collect()
}

/// The operator's table, laid over the description of the preset that it names.
pub(super) fn laid_under(mut table: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let names = || format!("{}, {SMPP}", PRESETS.map(|(name, _)| name).join(", "));
    let Some(Value::String(wanted)) = table.remove("preset") else {
        return Err(format!("a gateway needs a preset: one of {}", names()));
    };
    let (name, text) = PRESETS
        .iter()
        .find(|(name, _)| *name == wanted)
        .ok_or_else(|| format!("there is no preset {wanted:?}: it is one of {}", names()))?;
    let preset = read(name, text);
    for name in &preset.values {
        put_short(&mut table, name, "values", name)?;
    }
    for name in &preset.secrets {
        put_short(&mut table, name, "secrets", name)?;
        put_short(&mut table, &format!("{name}_file"), "secret_files", name)?;
    }
    let mut whole = preset.description;
    lay_over(&mut whole, table);
    Ok(whole)
}

/// Moves what was written at the top of the table to where it belongs.
fn put_short(table: &mut Map<String, Value>, short: &str, group: &str, name: &str) -> Result<(), String> {
    let Some(value) = table.remove(short) else { return Ok(()) };
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => u8::from(truth).to_string(),
        _ => return Err(format!("{short} must be a text, a number or true or false")),
    };
    match table.entry(group).or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(group) if !group.contains_key(name) => {
            group.insert(name.to_owned(), Value::String(text));
            Ok(())
        }
        _ => Err(format!("{short} is given twice: at the top and in {group}")),
    }
}

/// Tables are laid into each other; everything else replaces what was there.
fn lay_over(under: &mut Map<String, Value>, over: Map<String, Value>) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (Some(Value::Object(under)), Value::Object(over)) => lay_over(under, over),
            (_, value) => {
                under.insert(name, value);
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "the files are part of the program and are read by a test")]
fn read(name: &'static str, text: &str) -> Preset {
    let mut description: Map<String, Value> = toml::from_str(text).expect("a preset is TOML");
    description.entry("name").or_insert_with(|| Value::String(name.to_owned()));
    let mut words = |key: &str| -> Vec<String> {
        description.remove(key).map(|list| serde_json::from_value(list).expect("a list of names")).unwrap_or_default()
    };
    let (values, secrets) = (words("short_values"), words("short_secrets"));
    let about = match description.remove("about") {
        Some(Value::String(about)) => about,
        _ => String::new(),
    };
    Preset { name, about, values, secrets, description }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::sms::settings::GatewaySettings;
    use serde_json::json;

    fn laid(table: Value) -> Result<Map<String, Value>, String> {
        let Value::Object(table) = table else { unreachable!("a table") };
        laid_under(table)
    }

    #[test]
    fn every_preset_is_a_whole_description_with_a_line_about_it() {
        for preset in all() {
            assert!(!preset.about.is_empty(), "{}", preset.name);
            GatewaySettings::from_table(json!({ "preset": preset.name }).as_object().unwrap().clone()).unwrap();
        }
    }

    #[test]
    fn the_operators_table_wins_value_by_value() {
        let table = json!({
            "preset": "esms", "name": "esms-second", "brandname": "BACGIANG", "sandbox": true, "api_key_file": "/etc/k",
            "fields": { "SmsType": "8" }, "answer": { "number": ["108", "99"] },
        });
        let whole = Value::Object(laid(table).unwrap());
        assert_eq!(whole["name"], "esms-second");
        assert_eq!(whole["values"], json!({ "brandname": "BACGIANG", "sandbox": "1" }));
        assert_eq!(whole["secret_files"], json!({ "api_key": "/etc/k" }));
        assert_eq!((&whole["fields"]["SmsType"], &whole["fields"]["Phone"]), (&json!("8"), &json!("{phone}")));
        assert_eq!(
            (&whole["answer"]["number"], &whole["answer"]["code"]),
            (&json!(["108", "99"]), &json!("/CodeResult"))
        );
    }

    #[test]
    fn a_table_without_a_preset_or_with_a_value_given_twice_is_refused() {
        assert!(laid(json!({ "name": "x" })).unwrap_err().contains("needs a preset"));
        assert!(laid(json!({ "preset": "pigeon" })).unwrap_err().contains("esms"));
        let twice = json!({ "preset": "esms", "brandname": "A", "values": { "brandname": "B" } });
        assert!(laid(twice).unwrap_err().contains("brandname is given twice"));
        assert!(laid(json!({ "preset": "esms", "brandname": ["A"] })).is_err());
    }
}
