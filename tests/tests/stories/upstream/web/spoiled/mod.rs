//! Every parameter of the addresses between us and another provider, missing, empty, sent twice, too long, and of the wrong
//! kind: each request comes to a page or an answer of ours, and after all of them the honest way still leads in.

mod answer;
mod departure;
mod leaving;
mod names;

/// What every parameter is spoiled by, whatever it means: how, and the values that are sent.
fn usual(good: &str) -> Vec<(&'static str, Vec<String>)> {
    let of = |value: &str| vec![value.to_owned()];
    vec![
        ("missing", Vec::new()),
        ("empty", of("")),
        ("twice", vec![good.to_owned(), good.to_owned()]),
        ("of 10 KB", of(&"a".repeat(10 * 1024))),
        ("endless", of(&"a".repeat(13 * 1024))),
        ("with a control character", of("a\u{7}b")),
        ("with NUL", of("a\u{0}b")),
        ("with a line break", of("a\r\nSet-Cookie: x=y")),
        ("in NFD", of("e\u{302}\u{301}")),
    ]
}

/// The letters in the other case.
fn swapped(text: &str) -> String {
    let other = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(other).collect()
}
