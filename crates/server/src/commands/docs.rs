//! `portal-id docs …`: the reference pages that are made from the code.

use crate::clients::ClientsFile;
use crate::config::Config;
use portal_id_core::audit::AuditKind;
use serde_json::Value;
use std::fmt::Write as _;

/// A page made from the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Page {
    /// Every setting with its default, as Markdown.
    Config,
    /// The JSON Schema of the configuration file.
    ConfigSchema,
    /// The JSON Schema of the clients file.
    ClientsSchema,
    /// Every event of the audit trail, as Markdown.
    AuditEvents,
}

/// Renders a page.
pub fn render(page: Page) -> anyhow::Result<String> {
    Ok(match page {
        Page::ConfigSchema => pretty(&schemars::schema_for!(Config))?,
        Page::ClientsSchema => pretty(&schemars::schema_for!(ClientsFile))?,
        Page::Config => config_page(&serde_json::to_value(schemars::schema_for!(Config))?),
        Page::AuditEvents => audit_page(),
    })
}

fn pretty(schema: &schemars::Schema) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(schema)? + "\n")
}

fn audit_page() -> String {
    let mut page = "# Audit events\n\nMade by `cargo xtask gen` from the code; do not edit.\n\n| event | what happened |\n|---|---|\n".to_owned();
    for (kind, words) in AuditKind::ALL {
        let _ = writeln!(page, "| `{}` | {} |", kind.as_str(), words.trim());
    }
    page
}

fn config_page(schema: &Value) -> String {
    let mut page = "# Configuration\n\nMade by `cargo xtask gen` from the code; do not edit. \
        One TOML file; unknown names are errors. `portal-id check` reads it and says what a start would refuse.\n"
        .to_owned();
    section(&mut page, schema, schema, None, "", 2);
    page
}

/// Writes one table of settings, then the tables inside it. `inherited` is the value that the table around it gives this
/// one: it says more than the type's own default.
fn section(page: &mut String, root: &Value, schema: &Value, inherited: Option<&Value>, path: &str, depth: usize) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let defaults = inherited.or_else(|| schema.get("default"));
    let is_table = |schema: &Value| schema.get("properties").is_some();
    let (tables, plain): (Vec<_>, Vec<_>) =
        properties.iter().partition(|(_, property)| is_table(resolve(root, property)));
    let lists = plain.iter().filter_map(|(name, property)| {
        let one = resolve(root, resolve(root, property).get("items")?);
        is_table(one).then_some((*name, *property, one))
    });
    let lists: Vec<_> = lists.collect();
    if !plain.is_empty() {
        let _ = writeln!(page, "\n| setting | default | meaning |\n|---|---|---|");
        for (name, property) in plain {
            let default = defaults.and_then(|all| all.get(name)).or_else(|| property.get("default"));
            let default = default.map_or_else(|| "—".to_owned(), |value| format!("`{value}`"));
            let _ = writeln!(page, "| `{name}` | {} | {} |", default.replace('|', "\\|"), meaning(root, property));
        }
    }
    for (name, property) in tables {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let _ = writeln!(page, "\n{} `[{path}]`\n\n{}", "#".repeat(depth.min(4)), words(property));
        let inherited = defaults.and_then(|all| all.get(name)).or_else(|| property.get("default"));
        section(page, root, resolve(root, property), inherited, &path, depth + 1);
    }
    for (name, property, one) in lists {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let _ = writeln!(page, "\n{} `[[{path}]]`\n\n{}", "#".repeat(depth.min(4)), words(property));
        section(page, root, one, None, &path, depth + 1);
    }
}

/// Follows `$ref` and the single `$ref` inside `anyOf` or `allOf`.
fn resolve<'a>(root: &'a Value, property: &'a Value) -> &'a Value {
    let direct = property
        .get("$ref")
        .or_else(|| property.pointer("/allOf/0/$ref"))
        .or_else(|| property.pointer("/anyOf/0/$ref"));
    let pointer = direct.and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(property)
}

fn words(property: &Value) -> String {
    property.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}

fn meaning(root: &Value, property: &Value) -> String {
    let choices: Vec<_> = resolve(root, property)
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|choice| choice.get("const").and_then(Value::as_str))
        .map(|choice| format!("`{choice}`"))
        .collect();
    let words = words(property);
    if choices.is_empty() { words } else { format!("{words} One of {}.", choices.join(", ")) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_list_of_tables_is_told_field_by_field() {
        let page = render(Page::Config).unwrap();
        let (_, upstreams) = page.split_once("`[[federation.upstreams]]`\n").unwrap();
        for row in ["| `token_endpoint` |", "| `timeout_seconds` | `5` |", "| `deep_link` |", "| `source` |"] {
            assert!(upstreams.contains(row), "{row}");
        }
        for table in ["`[federation.upstreams.claims]`", "`[[federation.upstreams.levels]]`"] {
            assert!(upstreams.contains(table), "{table}");
        }
        assert!(page.contains("One of `client_secret_post`, `client_secret_basic`, `private_key_jwt`."));
    }
}
