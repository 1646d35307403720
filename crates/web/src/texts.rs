//! The texts of the pages: Fluent messages of `i18n/<language>/*.ftl`, embedded and read once.
//!
//! Owns: finding a text by its key, and filling in its arguments. Leaves: which key is said where to the templates and
//! pages, escaping to the templates (every text is plain, none is HTML).

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use portal_id_core::language::Language;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// Embeds the same files of one language after another, so that no language can lack one of them.
macro_rules! embedded {
    ($($file:literal),+ $(,)?) => {
        /// The Fluent sources of `language`, each with its file name.
        const fn sources(language: Language) -> &'static [(&'static str, &'static str)] {
            match language {
                Language::Vi => &[$(($file, include_str!(concat!("../i18n/vi/", $file)))),+],
                Language::En => &[$(($file, include_str!(concat!("../i18n/en/", $file)))),+],
            }
        }
    };
}

embedded!(
    "frame.ftl",
    "fields.ftl",
    "registration.ftl",
    "activation.ftl",
    "sign-in.ftl",
    "upstream.ftl",
    "ways.ftl",
    "arrival.ftl",
    "links.ftl",
    "first-password.ftl",
    "provenance.ftl",
    "contact.ftl",
    "sessions.ftl",
    "factors.ftl",
    "consent.ftl",
    "services.ftl",
    "sign-out.ftl",
    "errors.ftl"
);

static VIETNAMESE: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Vi));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::En));

fn bundle(language: Language) -> Bundle {
    let id: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Isolating marks would show up in values that people copy, and no text here mixes writing directions.
    bundle.set_use_isolating(false);
    for (_, source) in sources(language) {
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The texts of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Texts(Language);

impl Texts {
    /// The texts of `language`.
    pub(crate) const fn of(language: Language) -> Self {
        Self(language)
    }

    /// The language of these texts.
    pub(crate) const fn language(self) -> Language {
        self.0
    }

    /// The text of `key`.
    pub(crate) fn text(self, key: &str) -> String {
        self.find(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// The text of `key` with its arguments filled in.
    pub(crate) fn text_with(self, key: &str, arguments: &[(&str, &dyn TextArgument)]) -> String {
        let mut filled = FluentArgs::with_capacity(arguments.len());
        for (name, argument) in arguments {
            filled.set(*name, argument.value());
        }
        self.find(key, Some(&filled)).unwrap_or_else(|| key.to_owned())
    }

    /// The text of `key` where there may be none.
    pub(crate) fn optional(self, key: &str) -> Option<String> {
        self.find(key, None)
    }

    fn find(self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = match self.0 {
            Language::Vi => &*VIETNAMESE,
            Language::En => &*ENGLISH,
        };
        let pattern = bundle.get_message(key)?.value()?;
        let mut faults = Vec::new();
        let text = bundle.format_pattern(pattern, arguments, &mut faults).into_owned();
        debug_assert!(faults.is_empty(), "{key}: {faults:?}");
        Some(text)
    }
}

/// What can be filled into a text. Numbers stay numbers, so that plurals work.
pub(crate) trait TextArgument {
    /// The argument as Fluent takes it.
    fn value(&self) -> FluentValue<'_>;
}

impl TextArgument for str {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self)
    }
}

impl TextArgument for String {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_str())
    }
}

impl TextArgument for i64 {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl TextArgument for u32 {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl<T: TextArgument + ?Sized> TextArgument for &T {
    fn value(&self) -> FluentValue<'_> {
        (**self).value()
    }
}

#[cfg(test)]
mod tests;
