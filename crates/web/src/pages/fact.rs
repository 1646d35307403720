//! A line of what we know about a person: its name and its value.

/// One line.
pub(crate) struct Fact {
    /// The key of its name.
    pub(crate) label: &'static str,
    /// Its value, masked where the page need not show it whole.
    pub(crate) value: String,
    /// The key of a remark on it.
    pub(crate) remark: Option<&'static str>,
}

impl Fact {
    /// A line without a remark.
    pub(crate) const fn plain(label: &'static str, value: String) -> Self {
        Self { label, value, remark: None }
    }
}
