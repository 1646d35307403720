//! A page as a person meets it: its name, its words, its forms. Forms are read from the HTML, so that a missing field
//! fails the test that needs it.

use crate::browser::{Answer, Browser};
use http::StatusCode;
use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeMap;
use url::Url;

pub struct Page {
    pub url: Url,
    pub answer: Answer,
    away: bool,
}

fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

impl Page {
    pub fn new(url: Url, answer: Answer) -> Self {
        Self { url, answer, away: false }
    }

    /// A redirect that leaves us.
    pub(crate) fn away(url: Url, answer: Answer) -> Self {
        Self { url, answer, away: true }
    }

    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    pub fn html(&self) -> String {
        self.answer.text()
    }

    /// The page's name: `data-page` of its main part.
    pub fn name(&self) -> String {
        if self.away {
            return format!("away to {}", self.url);
        }
        let document = Html::parse_document(&self.html());
        let main = document.select(&select("main[data-page]")).next();
        main.and_then(|main| main.attr("data-page"))
            .map_or_else(|| format!("unnamed {}", self.answer.status), str::to_owned)
    }

    /// Fails unless the page has this name.
    #[must_use]
    pub fn expect(self, name: &str) -> Self {
        let found = self.name();
        assert_eq!(found, name, "status {}, page:\n{}", self.answer.status, self.words());
        self
    }

    /// Fails unless the browser was sent to an address that begins like this; gives the address.
    pub fn expect_away(self, start: &str) -> Url {
        assert!(self.away && self.url.as_str().starts_with(start), "is at {}: {}", self.name(), self.words());
        self.url
    }

    /// The visible words of the main part, blanks collapsed.
    pub fn words(&self) -> String {
        let document = Html::parse_document(&self.html());
        let text = document.select(&select("main")).flat_map(|main| main.text()).collect::<Vec<_>>().join(" ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The form that has a field or button of this name.
    pub fn form_with(&self, field: &str) -> Form {
        let document = Html::parse_document(&self.html());
        let wanted = select(&format!("[name='{field}']"));
        let form = document.select(&select("form")).find(|form| form.select(&wanted).next().is_some());
        Form::read(
            &self.url,
            &form.unwrap_or_else(|| panic!("no form with {field} on {}: {}", self.name(), self.html())),
        )
    }

    /// The first form that posts to this path.
    pub fn form_to(&self, path: &str) -> Form {
        let document = Html::parse_document(&self.html());
        document
            .select(&select("form"))
            .map(|form| Form::read(&self.url, &form))
            .find(|form| form.action.path() == path)
            .unwrap_or_else(|| panic!("no form to {path} on {}", self.name()))
    }

    /// The form that the page's script answers with a passkey (`make` or `ask`), with what it is told to ask for.
    pub fn passkey_form(&self, kind: &str) -> (Form, BTreeMap<String, String>) {
        let document = Html::parse_document(&self.html());
        let wanted = select(&format!("form[data-passkey='{kind}']"));
        let form = document.select(&wanted).next();
        let form = form.unwrap_or_else(|| panic!("no passkey to {kind} on {}: {}", self.name(), self.words()));
        let data = form.value().attrs().filter_map(|(name, value)| Some((name.strip_prefix("data-")?, value)));
        let data = data.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (Form::read(&self.url, &form), data)
    }

    /// The words of the first element that fits, blanks collapsed.
    pub fn text_of(&self, css: &str) -> String {
        let document = Html::parse_document(&self.html());
        let element = document.select(&select(css)).next().unwrap_or_else(|| panic!("no {css} on {}", self.name()));
        element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The words of every element that fits.
    pub fn texts_of(&self, css: &str) -> Vec<String> {
        let document = Html::parse_document(&self.html());
        document.select(&select(css)).map(|element| element.text().collect::<String>().trim().to_owned()).collect()
    }

    /// Where the link with this id leads.
    pub fn link(&self, id: &str) -> Option<String> {
        let document = Html::parse_document(&self.html());
        document.select(&select(&format!("a[id='{id}']"))).next()?.attr("href").map(str::to_owned)
    }

    /// The error beside a field, if it has one.
    pub fn error_of(&self, field: &str) -> Option<String> {
        let document = Html::parse_document(&self.html());
        let error = document.select(&select(&format!("#{field}-problem"))).next()?;
        Some(error.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What a list offers, without its prompt: values and words.
    pub fn choices_of(&self, list: &str) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.html());
        document
            .select(&select(&format!("#{list} option")))
            .filter_map(|option| Some((option.attr("value")?.to_owned(), option.text().collect())))
            .filter(|(value, _)| !value.is_empty())
            .collect()
    }

    /// An attribute of the first element that `css` finds.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let document = Html::parse_document(&self.html());
        document.select(&select(css)).next()?.attr(name).map(str::to_owned)
    }

    /// The value a field is shown with.
    pub fn value_of(&self, field: &str) -> Option<String> {
        self.form_with(field).fields.get(field).cloned()
    }
}

/// A form to fill.
#[derive(Clone)]
pub struct Form {
    pub action: Url,
    fields: BTreeMap<String, String>,
    visible: Vec<String>,
    boxes: BTreeMap<String, String>,
    button: Option<(String, String)>,
    extra: Vec<(String, String)>,
}

impl Form {
    fn read(page: &Url, form: &ElementRef<'_>) -> Self {
        let action = page.join(form.attr("action").unwrap_or("")).unwrap();
        assert_eq!(form.attr("method").unwrap_or("get").to_ascii_lowercase(), "post", "a form that does not post");
        let (mut fields, mut visible, mut boxes) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        for input in form.select(&select("input[name], textarea[name]")) {
            let (name, kind) = (input.attr("name").unwrap().to_owned(), input.attr("type").unwrap_or("text"));
            if matches!(kind, "checkbox" | "radio") && input.attr("checked").is_none() || kind == "submit" {
                boxes.insert(name, input.attr("value").unwrap_or("on").to_owned());
                continue;
            }
            if kind != "hidden" {
                visible.push(name.clone());
            }
            fields.insert(name, input.attr("value").unwrap_or_default().to_owned());
        }
        for choice in form.select(&select("select[name]")) {
            let name = choice.attr("name").unwrap().to_owned();
            let chosen = choice.select(&select("option[selected]")).next();
            let value =
                chosen.or_else(|| choice.select(&select("option")).next()).and_then(|option| option.attr("value"));
            visible.push(name.clone());
            fields.insert(name, value.unwrap_or_default().to_owned());
        }
        Self { action, fields, visible, boxes, button: None, extra: Vec::new() }
    }

    /// Types into a field that the form has.
    #[must_use]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        assert!(
            self.visible.iter().any(|field| field == name),
            "the form has no field {name}, only {:?}",
            self.visible
        );
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// What a script of the page puts into a hidden field that the form has.
    #[must_use]
    pub fn script(mut self, name: &str, value: &str) -> Self {
        assert!(
            self.fields.contains_key(name) && !self.visible.iter().any(|field| field == name),
            "the form has no hidden field {name}"
        );
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Ticks the box of this name.
    #[must_use]
    pub fn tick(mut self, name: &str) -> Self {
        assert!(self.boxes.contains_key(name), "the form has no box {name}");
        self.fields.insert(name.to_owned(), self.boxes[name].clone());
        self
    }

    /// What a field holds.
    pub fn value(&self, name: &str) -> &str {
        &self.fields[name]
    }

    /// Presses the button of this name and value instead of the first one.
    #[must_use]
    pub fn press(mut self, name: &str, value: &str) -> Self {
        self.button = Some((name.to_owned(), value.to_owned()));
        self
    }

    /// Spoils the form: a field it does not have, a second value for one it has.
    #[must_use]
    pub fn forge(mut self, name: &str, value: &str) -> Self {
        self.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Spoils the form: leaves out a field it has.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        assert!(self.fields.remove(name).is_some(), "the form has no field {name}");
        self
    }

    pub fn into_fields(self) -> Vec<(String, String)> {
        self.fields.into_iter().chain(self.button).chain(self.extra).collect()
    }

    pub async fn submit(self, browser: &mut Browser) -> Page {
        browser.submit(self).await
    }
}
