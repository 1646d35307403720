//! What holds of every page.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::samples;
use portal_id_core::language::Language;
use scraper::{ElementRef, Html, Selector};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn pages() -> impl Iterator<Item = (String, Html)> {
    Language::ALL.into_iter().flat_map(|language| {
        samples::all(language, None)
            .into_iter()
            .map(move |sample| (format!("{} in {}", sample.name, language.tag()), Html::parse_document(&sample.html)))
    })
}

// security: row 3
#[test]
fn no_value_in_any_page_becomes_markup() {
    // Ends every context that a value stands in: text, an attribute in either kind of quotes, a title, a comment.
    const HOSTILE: &str =
        "h0st1le\"'></title></option></textarea>--><script>alert(1)</script><img src=x onerror=alert(1)>";
    for language in Language::ALL {
        let tame: Vec<_> = samples::all(language, None);
        for (sample, tame) in samples::all(language, Some(HOSTILE)).into_iter().zip(tame) {
            let (page, tame) = (Html::parse_document(&sample.html), Html::parse_document(&tame.html));
            assert!(sample.html.contains("h0st1le"), "{}", sample.name);
            assert!(!sample.html.contains("<script>alert") && !sample.html.contains("<img src=x"), "{}", sample.name);
            let shape = |page: &Html| {
                all(page, "*").iter().map(|element| element.value().name().to_owned()).collect::<Vec<_>>()
            };
            assert_eq!(shape(&page), shape(&tame), "{}: a value became an element", sample.name);
            let attributes = |page: &Html| {
                all(page, "*")
                    .iter()
                    .flat_map(|element| element.value().attrs().map(|(name, _)| name.to_owned()).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            };
            assert_eq!(attributes(&page), attributes(&tame), "{}: a value became an attribute", sample.name);
        }
    }
}

// security: row 3
#[test]
fn no_page_has_a_style_of_its_own_and_few_have_one_script_that_their_policy_knows() {
    for (name, page) in pages() {
        assert!(all(&page, "style, object, embed, base, [style]").is_empty(), "{name}");
        let is = |wanted: &str| all(&page, "main")[0].attr("data-page") == Some(wanted);
        for frame in all(&page, "iframe") {
            assert!(is("leaving") || is("signed-out"), "{name}: only whoever leaves tells services by frames");
            assert_eq!(frame.attr("sandbox"), Some("allow-scripts allow-same-origin"), "{name}");
            assert!(frame.attr("hidden").is_some() && frame.attr("referrerpolicy") == Some("no-referrer"), "{name}");
        }
        let scripts: Vec<_> =
            all(&page, "script").iter().map(|script| (script.attr("src"), script.inner_html())).collect();
        let goes_on_by_itself = !all(&page, "meta[http-equiv=refresh], noscript").is_empty();
        let inline = if is("form-post") {
            Some(super::form_post::FormPostPage::SCRIPT)
        } else {
            (is("leaving") && goes_on_by_itself).then_some(super::sign_out::LeavingPage::SCRIPT)
        };
        // A file is loaded from its own address, the only one that the policy of such a page names.
        let (has_an_address, asks_for_a_passkey) =
            (!all(&page, "[data-address]").is_empty(), !all(&page, "form[data-passkey]").is_empty());
        let known = match (inline, has_an_address, asks_for_a_passkey) {
            (Some(script), false, false) => vec![(None, script.to_owned())],
            (None, true, false) => vec![(scripts.first().and_then(|(address, _)| *address), String::new())],
            (None, false, true) => vec![(Some("passkey.js"), String::new())],
            (None, false, false) => Vec::new(),
            _ => panic!("{name}: a policy names one script"),
        };
        assert_eq!(scripts, known, "{name}");
        let address = scripts.first().and_then(|(address, _)| *address).filter(|_| has_an_address);
        assert!(address.is_none_or(|address| address.starts_with("/assets/address-")), "{name}");
        for element in all(&page, "*") {
            assert!(element.value().attrs().all(|(attribute, _)| !attribute.starts_with("on")), "{name}");
        }
    }
}

#[test]
fn every_page_is_drawn_by_a_sample() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = |folder: &str, ending: &str| {
        let files_of =
            |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        let mut files = files_of(&root.join(folder));
        let below: Vec<_> = files.iter().filter(|path| path.is_dir()).flat_map(|path| files_of(path)).collect();
        files.extend(below);
        files.into_iter().filter(|file| file.to_string_lossy().ends_with(ending)).collect::<Vec<_>>()
    };
    let mut page_of = BTreeMap::new();
    for source in sources("src/pages", ".rs") {
        let source = std::fs::read_to_string(source).unwrap();
        for after in source.split("#[template(path = \"pages/").skip(1) {
            let (template, rest) = after.split_once('"').unwrap();
            let (_, rest) = rest.split_once("struct ").unwrap();
            let page: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            assert_eq!(page_of.insert(template.to_owned(), page), None, "{template} is drawn by two structs");
        }
    }
    let templates = sources("templates/pages", ".html");
    let templates: Vec<_> = templates.iter().map(|file| file.file_name().unwrap().to_string_lossy()).collect();
    assert_eq!(templates.len(), page_of.len(), "{page_of:?}");
    let drawn: HashSet<_> = samples::all(Language::Vi, None).iter().map(|sample| sample.page).collect();
    for template in templates {
        let page = page_of.get(template.as_ref()).unwrap_or_else(|| panic!("nothing draws {template}"));
        assert!(drawn.iter().any(|name| name.rsplit("::").next() == Some(page.as_str())), "no sample of {page}");
    }
}

#[test]
fn every_sample_has_a_name_of_its_own() {
    let samples = samples::all(Language::Vi, None);
    assert_eq!(samples.iter().map(|sample| sample.name).collect::<HashSet<_>>().len(), samples.len());
}

#[test]
fn every_page_is_named_titled_and_in_its_language() {
    for (name, page) in pages() {
        let main = all(&page, "main[data-page]");
        assert_eq!(main.len(), 1, "{name}");
        assert!(!main[0].attr("data-page").unwrap().is_empty(), "{name}");
        assert_eq!(all(&page, "h1").len(), 1, "{name}: one first heading");
        assert!(!all(&page, "h1")[0].text().collect::<String>().trim().is_empty(), "{name}");
        assert!(!all(&page, "title")[0].text().collect::<String>().starts_with(" –"), "{name}");
        let lang = all(&page, "html")[0].attr("lang").unwrap();
        assert!(name.ends_with(&format!("in {lang}")), "{name}");
    }
}

#[test]
fn every_field_has_its_label_hint_and_problem_beside_it() {
    for (name, page) in pages() {
        let ids: Vec<_> = all(&page, "[id]").iter().map(|element| element.attr("id").unwrap().to_owned()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{name}: an id occurs twice");
        for field in all(&page, "input:not([type=hidden]):not([aria-hidden]), select") {
            let id = field.attr("id").unwrap_or_else(|| panic!("{name}: a field has no id"));
            assert!(!all(&page, &format!("label[for={id}]")).is_empty(), "{name}: {id} has no label");
            if field.attr("type") == Some("radio") {
                let value = field.attr("value").unwrap();
                assert_eq!(field.attr("name").map(|group| format!("{group}-{value}")).as_deref(), Some(id), "{name}");
                continue;
            }
            assert_eq!(field.attr("name"), Some(id), "{name}");
            assert!(field.attr("autocomplete").is_some_and(|token| !token.is_empty()), "{name}: {id}");
            for described in field.attr("aria-describedby").unwrap_or_default().split_ascii_whitespace() {
                assert!(ids.iter().any(|known| known == described), "{name}: {described} is nowhere");
            }
        }
        for link in all(&page, ".summary a") {
            let target = link.attr("href").unwrap().strip_prefix('#').unwrap();
            let field = &all(&page, &format!("[id={target}]"))[0];
            assert_eq!(field.attr("aria-invalid"), Some("true"), "{name}: {target}");
            let problem = &all(&page, &format!("[id={target}-problem]"))[0].text().collect::<String>();
            assert!(problem.contains(&link.text().collect::<String>()), "{name}: {target}");
        }
    }
}

#[test]
fn no_page_puts_a_password_back() {
    for (name, page) in pages() {
        for field in all(&page, "input[type=password]") {
            assert_eq!(field.attr("value"), None, "{name}");
        }
    }
}

#[test]
fn every_form_of_ours_carries_its_proof_and_every_button_its_name() {
    for (name, page) in pages() {
        for form in all(&page, "form") {
            let local = form.attr("action").unwrap().starts_with('/');
            let proof = form.select(&Selector::parse("input[type=hidden][name=csrf]").unwrap()).count();
            assert_eq!(proof, usize::from(local), "{name}: a proof for us, and for nobody else");
            assert_eq!(form.attr("method"), Some("post"), "{name}");
        }
        for button in all(&page, "button:not([aria-hidden]), a.button") {
            assert!(!button.text().collect::<String>().trim().is_empty(), "{name}");
        }
    }
}

/// The colours that the style sheet sets in a part of it.
fn colours(part: &str) -> BTreeMap<&str, [f64; 3]> {
    let set = part.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"));
    set.map(|(name, digits)| {
        let long: String = if digits.len() == 3 {
            digits.chars().flat_map(|digit| [digit, digit]).collect()
        } else {
            digits.to_owned()
        };
        (name, [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&long[at..at + 2], 16).unwrap()) / 255.0))
    })
    .collect()
}

/// WCAG 2.2, definition of contrast ratio.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [red, green, blue] =
            colour.map(|share| if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn text_and_edges_stand_out_in_both_colour_schemes() {
    let style = include_str!("../../assets/style.css");
    let (light, rest) = style.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let light = colours(light);
    let mut dark = light.clone();
    dark.extend(colours(rest.split_once("@supports").unwrap().0));
    for (scheme, colours) in [("light", light), ("dark", dark)] {
        let between = |one: &str, other: &str| contrast(colours[one], colours[other]);
        for sheet in ["page", "sheet", "tint", "field"] {
            assert!(between("ink", sheet) >= 4.5 && between("soft-ink", sheet) >= 4.5, "{scheme}: text on {sheet}");
        }
        for (text, sheet) in [
            ("wrong", "sheet"),
            ("wrong", "wrong-tint"),
            ("ink", "wrong-tint"),
            ("right", "right-tint"),
            ("on-primary", "primary"),
        ] {
            assert!(between(text, sheet) >= 4.5, "{scheme}: {text} on {sheet}");
        }
        for sheet in ["page", "sheet", "field"] {
            assert!(between("edge", sheet) >= 3.0 && between("focus-edge", sheet) >= 3.0, "{scheme}: edges on {sheet}");
        }
    }
}

/// For whoever changes the look: `PORTAL_ID_PAGES=<folder> cargo test -p portal-id-web draw_every_page -- --ignored`.
#[test]
#[ignore = "writes files to look at"]
fn draw_every_page() {
    let folder = std::path::PathBuf::from(std::env::var("PORTAL_ID_PAGES").expect("PORTAL_ID_PAGES names a folder"));
    for (file, content) in [
        ("style.css", include_str!("../../assets/style.css")),
        ("logo.svg", include_str!("../../assets/logo.svg")),
        ("passkey.js", include_str!("../../assets/passkey.js")),
        ("address.js", include_str!("../../assets/address.js")),
        ("theme.css", ""),
    ] {
        std::fs::write(folder.join(file), content).unwrap();
    }
    for language in Language::ALL {
        for sample in samples::all(language, None) {
            std::fs::write(folder.join(format!("{}.{}.html", sample.name, language.tag())), sample.html).unwrap();
        }
    }
}
