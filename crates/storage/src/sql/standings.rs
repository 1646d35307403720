//! Who vouches for a person's facts, as one column of a grant's row: joined, the facts would repeat the whole row each.

use super::columns::{moment, word};
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Nullable, Text};
use portal_id_core::profile::{FactSource, FactStanding, IdentifierKind};
use portal_id_core::store::StoreResult;

const STANDINGS: &str = "(SELECT string_agg(kind || ' ' || source || ' ' || COALESCE(CAST(verified_at AS TEXT), ''), ',') \
    FROM identifiers WHERE identifiers.account_id = grants.account_id AND identifiers.disputed_at IS NULL)";

/// The column, beside those of `grants`. An expression of its own: what the library is handed as bare SQL it prepares anew
/// each time, which costs more than the column saves.
#[derive(Clone, Copy, Debug, QueryId)]
pub(super) struct Standings;

impl Expression for Standings {
    type SqlType = Nullable<Text>;
}

impl<GroupBy> ValidGrouping<GroupBy> for Standings {
    type IsAggregate = is_aggregate::No;
}

impl<Source> AppearsOnTable<Source> for Standings {}

impl<Source> SelectableExpression<Source> for Standings {}

impl<DB: Backend> QueryFragment<DB> for Standings {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(STANDINGS);
        Ok(())
    }
}

/// What the column says; nothing for a person without facts.
pub(super) fn read(listed: Option<&str>) -> StoreResult<Vec<FactStanding>> {
    listed.into_iter().flat_map(|listed| listed.split(',')).map(standing).collect()
}

fn standing(listed: &str) -> StoreResult<FactStanding> {
    let mut parts = listed.splitn(3, ' ');
    let mut next = || parts.next().unwrap_or_default();
    let (kind, source, verified_at) = (next(), next(), next());
    let verified_at = (!verified_at.is_empty()).then(|| verified_at.parse().ok());
    let verified_at = verified_at.map(|at| word("identifiers.verified_at", at)).transpose()?;
    Ok(FactStanding {
        kind: word("identifiers.kind", IdentifierKind::from_text(kind))?,
        verified_at: moment(verified_at),
        source: word("identifiers.source", FactSource::from_text(source))?,
    })
}
