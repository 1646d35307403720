//! The cells of the matrix, and what decisions 24 and `docs/adr/0022` say of each. Written down here a second time, and apart
//! from the code that decides.

use portal_id_testkit::core::profile::{AccountClass, IdentifierKind};
use std::fmt;

/// What an account here has of the number that the upstream names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Local {
    /// No account here has it.
    Nobody,
    /// Its holder typed it.
    Declared,
    /// An official saw its holder's card.
    Verified,
}

/// One combination.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) local: Local,
    /// Whether the upstream vouches for who the person is (`ial` of at least 1), or for nobody.
    pub(super) vouches: bool,
    /// Whether the upstream is switched on.
    pub(super) on: bool,
    /// Whether the upstream names the person, or by nothing.
    pub(super) subject: bool,
    pub(super) class: AccountClass,
}

impl Cell {
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for local in [Local::Nobody, Local::Declared, Local::Verified] {
            for (vouches, on) in [(true, true), (true, false), (false, true), (false, false)] {
                for subject in [true, false] {
                    let classes = [AccountClass::Citizen, AccountClass::Business, AccountClass::Organisation];
                    all.extend(classes.map(|class| Self { local, vouches, on, subject, class }));
                }
            }
        }
        all
    }

    /// The kind of number that accounts of the class are known by.
    pub(super) fn kind(self) -> IdentifierKind {
        match self.class {
            AccountClass::Citizen => IdentifierKind::IdentityNumber,
            AccountClass::Business | AccountClass::Organisation => IdentifierKind::BusinessCode,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { local, vouches, on, subject, class } = self;
        let vouches = if *vouches { "vouches" } else { "vouches for nobody" };
        let (on, subject) = (if *on { "on" } else { "off" }, if *subject { "present" } else { "empty" });
        write!(f, "local number: {local:?} × upstream {vouches} × {on} × subject {subject} × {class:?}")
    }
}

/// What comes of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comes {
    /// There is no such provider: nobody gets there, and nobody comes back. Nothing changes.
    NoSuchProvider,
    /// Whoever is named by nothing is nobody. Nothing changes.
    NobodyNamed,
    /// An account of their own that knows who they are there, and nothing else.
    OwnBare,
    /// An account of their own with the facts that are vouched for.
    OwnVouched,
    /// The person is asked to prove that the account here is theirs; until then nothing changes. Proved, it is linked. When
    /// they decline, they get an account of their own with the number, which the old one loses, and nothing else.
    Asked,
}

/// The rules; the first that fits holds.
pub(super) fn rule(cell: Cell) -> Comes {
    match cell {
        // Switched off is as if it were not there, whatever it would say (row 23).
        Cell { on: false, .. } => Comes::NoSuchProvider,
        Cell { subject: false, .. } => Comes::NobodyNamed,
        // What nobody vouches for is not even looked for: neither touches it an account nor finds it one out.
        Cell { vouches: false, .. } => Comes::OwnBare,
        // Several accounts may speak for one organisation: its code leads to none of them.
        Cell { class: AccountClass::Organisation, .. } | Cell { local: Local::Nobody, .. } => Comes::OwnVouched,
        // The same number is no proof, verified or not.
        Cell { local: Local::Declared | Local::Verified, .. } => Comes::Asked,
    }
}

#[test]
fn the_matrix_has_every_combination_and_each_has_a_rule() {
    let all = Cell::all();
    let count = |comes| all.iter().filter(|cell| rule(**cell) == comes).count();
    let counts =
        [Comes::NoSuchProvider, Comes::NobodyNamed, Comes::OwnBare, Comes::OwnVouched, Comes::Asked].map(count);
    assert_eq!((all.len(), counts), (72, [36, 18, 9, 5, 4]));
    let names: std::collections::BTreeSet<_> = all.iter().map(Cell::to_string).collect();
    assert_eq!(names.len(), 72);
}
