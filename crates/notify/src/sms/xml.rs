//! XML: answers read as if they were JSON, each element a member named without its namespace, text as text; and values that
//! are written into a document.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// More elements than any gateway's answer has.
const MOST_NODES: u32 = 1000;
/// Deeper than any gateway's answer is.
const DEEPEST: usize = 16;

/// Reads a document; `None` for what is none, has a document type (which could name entities) or is too large.
pub(super) fn read(text: &str) -> Option<Value> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start_matches('\u{feff}').trim(), options).ok()?;
    let root = document.root_element();
    let whole = [(root.tag_name().name().to_owned(), value(root, 0))].into_iter().collect::<Map<_, _>>();
    Some(Value::Object(whole))
}

fn value(node: Node<'_, '_>, depth: usize) -> Value {
    let mut members = Map::new();
    for child in node.children().filter(Node::is_element) {
        if depth < DEEPEST {
            members.insert(child.tag_name().name().to_owned(), value(child, depth + 1));
        }
    }
    if members.is_empty() {
        let text: String =
            node.children().filter_map(|child| if child.is_text() { child.text() } else { None }).collect();
        return Value::String(text);
    }
    Value::Object(members)
}

/// A value inside an element or an attribute of XML 1.0. Characters that XML cannot carry at all become U+FFFD.
pub(super) fn escape(value: &str) -> Cow<'_, str> {
    let plain = |letter: char| !matches!(letter, '<' | '>' | '&' | '"' | '\'') && (letter >= ' ' || letter == '\t');
    if value.chars().all(|letter| plain(letter) && !matches!(letter, '\u{fffe}' | '\u{ffff}')) {
        return value.into();
    }
    let mut escaped = String::with_capacity(value.len() + 16);
    for letter in value.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other if plain(other) => escaped.push(other),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn elements_become_members_without_their_namespaces() {
        let text = r#"<?xml version="1.0" ?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>
            <ns2:wsCpMtResponse xmlns:ns2="http://impl.bulkSms.ws/"><return><message>A &amp; B</message><result>1</result></return></ns2:wsCpMtResponse></S:Body></S:Envelope>"#;
        let inner = json!({ "return": { "message": "A & B", "result": "1" } });
        assert_eq!(read(text), Some(json!({ "Envelope": { "Body": { "wsCpMtResponse": inner } } })));
    }

    // security: row 36
    #[test]
    fn entities_depth_and_size_are_bounded_and_nonsense_is_nothing() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>";
        let deep = format!("{}{}", "<a>".repeat(900), "</a>".repeat(900));
        let wide = format!("<a>{}</a>", "<b/>".repeat(2000));
        for text in ["", "<", "<html>", "{}", bomb, &wide] {
            assert_eq!(read(text), None, "{text:.40}");
        }
        assert!(read(&deep).is_some());
    }
}
