//! The mistakes of a form as its page tells them: at the top, and beside their fields.

use crate::texts::Texts;
use portal_id_core::accounts::{Field, FieldErrors};
use portal_id_core::throttle::LONGEST_PAUSE;

/// What to say of a password that did not do: wrong, or too many tries, and how long to wait.
pub(crate) fn refused(texts: Texts, key: &str) -> String {
    texts.text_with(key, &[("minutes", &LONGEST_PAUSE.as_minutes_up())])
}

/// What is wrong with a form, in the order of the page.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

/// What is wrong with one field.
pub(crate) struct Problem {
    /// The field's name, which is its id too.
    pub(crate) field: &'static str,
    /// What to do about it.
    pub(crate) text: String,
}

impl Problems {
    /// One problem.
    pub(crate) fn one(field: Field, text: String) -> Self {
        Self(vec![Problem { field: field.name(), text }])
    }

    /// What the use case found, in the order in which the page has its fields.
    pub(crate) fn told(texts: Texts, errors: &FieldErrors, order: &[Field]) -> Self {
        let place = |field: Field| order.iter().position(|other| *other == field).unwrap_or(order.len());
        let mut found: Vec<_> = errors.iter().collect();
        found.sort_by_key(|(field, _)| place(*field));
        Self(
            found
                .into_iter()
                .map(|(field, error)| Problem { field: field.name(), text: text_of(texts, field, error.key()) })
                .collect(),
        )
    }

    /// Whether there is one.
    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// All of them.
    pub(crate) fn list(&self) -> &[Problem] {
        &self.0
    }

    /// Whether something is wrong with `field`.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }

    /// What is wrong with `field`.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
    }
}

/// The text for a reason: the field's own, or the general one, which names the field.
pub(super) fn text_of(texts: Texts, field: Field, reason: &str) -> String {
    let own = texts.optional(&format!("field-{}-{reason}", field.name()));
    own.unwrap_or_else(|| {
        let label = texts.text(&format!("label-{}", field.name()));
        texts.text_with(&format!("error-{reason}"), &[("field", &label)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal_id_core::facts::FieldError;
    use portal_id_core::language::Language;

    #[test]
    fn problems_come_in_the_order_of_the_page_each_with_its_own_sentence_or_the_general_one() {
        let mut errors = FieldErrors::one(Field::Password, FieldError::TooShort);
        errors.add(Field::FullName, FieldError::Checksum);
        errors.add(Field::Phone, FieldError::NotAMobile);
        let problems = Problems::told(Texts::of(Language::En), &errors, &[Field::FullName, Field::Phone]);
        let told: Vec<_> = problems.list().iter().map(|problem| (problem.field, problem.text.as_str())).collect();
        assert_eq!(
            told,
            [
                ("full_name", "“Full name” has a mistyped digit. Compare it with your papers."),
                ("phone", "This is a landline, which cannot receive text messages. Enter a mobile number."),
                ("password", "The password needs at least 8 characters."),
            ]
        );
        assert!(problems.has("phone") && !problems.has("email") && problems.count() == 3);
    }
}
