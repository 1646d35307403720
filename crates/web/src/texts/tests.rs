//! Every text that is asked for exists in every language, and no text is there for nothing.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::{Texts, sources};
use crate::edge::PageError;
use crate::pages::notice::Notice;
use crate::pages::upstream::trouble::What;
use fluent_bundle::FluentResource;
use portal_id_core::accounts::Field;
use portal_id_core::client::SCOPES;
use portal_id_core::facts::FieldError;
use portal_id_core::language::Language;
use portal_id_core::time::Span;
use portal_id_oidc::{AuthorizeRefusal, ParameterFault};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The texts of a language, each with the names of its arguments.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    for (file, source) in sources(language) {
        FluentResource::try_new((*source).to_owned())
            .unwrap_or_else(|(_, faults)| panic!("{} {file}: {faults:?}", language.tag()));
        let mut key = String::new();
        for line in source.lines() {
            if let Some((name, _)) =
                line.split_once(" = ").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                name.clone_into(&mut key);
                let twice = messages.insert(key.clone(), BTreeSet::new()).is_some();
                assert!(!twice, "{} {file}: {key} occurs twice", language.tag());
            }
            for argument in line.split("{ $").skip(1) {
                let name = argument.split([' ', '}']).next().unwrap().to_owned();
                messages.get_mut(&key).expect("an argument belongs to a text").insert(name);
            }
        }
    }
    messages
}

/// The contents of every template and page.
fn pages_and_templates() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_one = |path: &str| !path.ends_with("/tests.rs") && !path.contains("/pages/samples/");
    let files = ["templates", "src"].map(|folder| files_below(root.join(folder), is_one));
    files.concat().into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The literals that follow `before`.
fn literals_after<'a>(content: &'a str, before: &str) -> Vec<&'a str> {
    content.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The keys that are put together from parts.
fn composed() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for field in Field::ALL {
        keys.insert(format!("label-{}", field.name()));
    }
    for error in FieldError::ALL {
        keys.insert(format!("error-{}", error.key()));
    }
    for fault in crate::pages::samples::faults() {
        keys.extend(["title", "body", "do"].map(|part| format!("fault-{}-{part}", fault.key())));
    }
    keys.extend(AuthorizeRefusal::ALL.map(|refusal| format!("refusal-{}", refusal.key())));
    keys.extend(ParameterFault::ALL.map(|fault| format!("refusal-{}", fault.key())));
    keys.extend(SCOPES.map(|scope| format!("scope-{scope}")));
    keys.extend(What::ALL.iter().flat_map(|what| [what.title, what.body]).map(str::to_owned));
    keys.extend(Notice::ALL.iter().flat_map(|notice| [notice.title, notice.body]).map(str::to_owned));
    keys
}

/// The keys that may be there beside the general ones.
fn may_exist(key: &str) -> bool {
    let own = Field::ALL
        .iter()
        .any(|field| FieldError::ALL.iter().any(|error| key == format!("field-{}-{}", field.name(), error.key())));
    own || SCOPES.iter().any(|scope| key == format!("scope-{scope}-body"))
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_arguments() {
    let (vi, en) = (messages(Language::Vi), messages(Language::En));
    let names = |of: &BTreeMap<String, BTreeSet<String>>| of.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&vi).symmetric_difference(&names(&en)).collect::<Vec<_>>(), Vec::<&String>::new());
    for (key, arguments) in &vi {
        assert_eq!(Some(arguments), en.get(key), "{key}");
    }
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let known = messages(Language::Vi);
    let asking = [
        "layout.t(\"",
        "layout.t1(\"",
        ".text(\"",
        ".text_with(\"",
        ".layout(\"",
        "TITLE: &'static str = \"",
        "\"label-",
        "\"hint-",
        "\"claim-",
    ];
    let mut asked = composed();
    for content in pages_and_templates() {
        for before in asking {
            let start = before.rsplit('"').next().unwrap_or_default();
            // A key with a brace in it is put together from parts.
            asked.extend(
                literals_after(&content, before)
                    .into_iter()
                    .map(|rest| format!("{start}{rest}"))
                    .filter(|key| !key.contains(['{', '\\'])),
            );
        }
    }
    let missing: Vec<_> = asked.iter().filter(|key| !key.is_empty() && !known.contains_key(*key)).collect();
    assert_eq!(missing, Vec::<&String>::new());
    assert!(asked.len() > 150, "the search finds the keys");
}

#[test]
fn no_text_is_there_for_nothing() {
    let contents = pages_and_templates();
    let composed = composed();
    let unused: Vec<_> = messages(Language::Vi)
        .into_keys()
        .filter(|key| {
            !composed.contains(key)
                && !may_exist(key)
                && !contents.iter().any(|content| content.contains(&format!("\"{key}\"")))
        })
        .collect();
    assert_eq!(unused, Vec::<String>::new());
}

/// Every file below `folder` of which `is_one` says so.
fn files_below(folder: PathBuf, is_one: fn(&str) -> bool) -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if is_one(&path.to_string_lossy().replace('\\', "/")) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn pages_messages_and_guide_have_one_word_for_one_thing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let vietnamese = [
        files_below(root.join("i18n/vi"), |_| true),
        files_below(root.join("../notify/templates"), |path| path.contains("/vi/")),
        files_below(root.join("../../docs/guide/citizen"), |path| path.ends_with("README.md")),
    ]
    .concat();
    assert!(vietnamese.len() > 30, "the search finds the texts");
    for file in vietnamese {
        let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
        for (word, better) in [
            ("mã xác nhận", "mã xác thực"),
            ("đường dẫn", "liên kết"),
            ("e-mail", "email"),
            ("thư điện tử", "email"),
            ("địa chỉ thư", "địa chỉ email"),
            ("xoá", "xóa"),
            ("khoá ", "khóa"),
        ] {
            assert!(!text.contains(word), "{}: “{word}” is called “{better}”", file.display());
        }
    }
    let english = [
        files_below(root.join("i18n/en"), |_| true),
        files_below(root.join("../notify/templates"), |path| path.contains("/en/")),
    ]
    .concat();
    for file in english {
        let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
        for word in ["present password", "present number", " email", "log in", "login"] {
            assert!(!text.contains(word), "{}: “{word}”", file.display());
        }
    }
}

#[test]
fn every_mistake_has_a_sentence_for_every_field() {
    for language in Language::ALL {
        let texts = Texts::of(language);
        for field in Field::ALL.iter().map(|field| field.name()) {
            for error in FieldError::ALL {
                let own = texts.optional(&format!("field-{field}-{}", error.key()));
                let text = own.unwrap_or_else(|| {
                    texts.text_with(
                        &format!("error-{}", error.key()),
                        &[("field", &texts.text(&format!("label-{field}")))],
                    )
                });
                assert!(text.contains(' ') && text.ends_with(['.', '8', '5', 'm', '?']), "{field} {error}: {text}");
            }
        }
    }
}

/// Our own word for a provider whose name is not known has a small first letter.
#[test]
fn no_sentence_about_a_provider_begins_with_its_name() {
    const NAME: &str = "«name»";
    for (language, what) in Language::ALL.into_iter().flat_map(|language| What::ALL.map(|what| (language, what))) {
        let text = Texts::of(language).text_with(what.body, &[("name", &NAME), ("desk", &"quầy số 7")]);
        let begins = text.starts_with(NAME) || text.contains(&format!(". {NAME}"));
        assert!(!begins, "{} in {}: {text}", what.body, language.tag());
    }
}

#[test]
fn a_number_chooses_its_plural_and_no_invisible_mark_is_added() {
    let (vi, en) = (Texts::of(Language::Vi), Texts::of(Language::En));
    assert_eq!(en.text_with("code-wrong", &[("tries", &1_u32)]), "The code is wrong. You have one try left.");
    assert_eq!(en.text_with("code-wrong", &[("tries", &3_u32)]), "The code is wrong. You have 3 tries left.");
    assert_eq!(vi.text_with("code-wrong", &[("tries", &1_u32)]), "Mã không đúng. Bạn còn 1 lần thử.");
    assert!(!vi.text_with("home-hello", &[("name", &"An")]).contains('\u{2068}'));
}

#[test]
fn an_unknown_key_is_shown_rather_than_nothing() {
    assert_eq!(Texts::of(Language::En).text("no-such-key"), "no-such-key");
}

#[test]
fn a_page_exists_for_an_error_that_waits() {
    assert_eq!(PageError::Overloaded(Span::seconds(1)).key(), "overloaded");
}
