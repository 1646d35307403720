//! Second-step challenges.

use super::accounts::AccountRow;
use super::columns::{bytes, count, digest, digest_or_none, millis, moment, rows};
use super::identifiers::{PhoneRow, its_phone, phone_standing};
use super::sweep::sweep;
use crate::connection::holding_accounts;
use crate::schema::{accounts, challenges, identifiers};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::challenge::Challenge;
use portal_id_core::ids::{AccountId, ChallengeId, SessionId};
use portal_id_core::profile::IdentifierKind;
use portal_id_core::store::{ChallengeFound, ChallengeRepo, StoreResult};
use portal_id_core::time::Timestamp;

const DELETE_OLD_CHALLENGES: &str = "DELETE FROM challenges WHERE id IN (\
    SELECT id FROM challenges WHERE created_at < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = challenges, treat_none_as_default_value = false)]
struct ChallengeRow {
    id: String,
    account_id: String,
    browser: Vec<u8>,
    code: Vec<u8>,
    created_at: i64,
    sent_at: i64,
    expires_at: i64,
    tries: i64,
    used_at: Option<i64>,
    version: i64,
    raises_session: Option<String>,
    proves_arrival: Option<Vec<u8>>,
}

impl ChallengeRow {
    fn of(challenge: &Challenge) -> Self {
        Self {
            id: challenge.id.as_str().to_owned(),
            account_id: challenge.account_id.as_str().to_owned(),
            browser: bytes(&challenge.browser),
            code: bytes(&challenge.code),
            created_at: challenge.created_at.millis(),
            sent_at: challenge.sent_at.millis(),
            expires_at: challenge.expires_at.millis(),
            tries: i64::from(challenge.tries),
            used_at: millis(challenge.used_at),
            version: challenge.version,
            // A program that does not know of arrivals looks for the session that this raises, and finds none.
            raises_session: match (&challenge.raises_session, &challenge.proves_arrival) {
                (Some(id), _) => Some(id.as_str().to_owned()),
                (None, Some(_)) => Some(String::new()),
                (None, None) => None,
            },
            proves_arrival: challenge.proves_arrival.as_ref().map(bytes),
        }
    }

    fn read(self) -> StoreResult<Challenge> {
        Ok(Challenge {
            id: ChallengeId::from_text(self.id),
            account_id: AccountId::from_text(self.account_id),
            browser: digest("challenges.browser", &self.browser)?,
            code: digest("challenges.code", &self.code)?,
            created_at: Timestamp::from_millis(self.created_at),
            sent_at: Timestamp::from_millis(self.sent_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            tries: count("challenges.tries", self.tries)?,
            used_at: moment(self.used_at),
            version: self.version,
            raises_session: self.raises_session.filter(|id| !id.is_empty()).map(SessionId::from_text),
            proves_arrival: digest_or_none("challenges.proves_arrival", self.proves_arrival.as_deref())?,
        })
    }
}

/// The rows of a challenge, of its account, and of what that one has for a phone.
type FoundRow = (ChallengeRow, AccountRow, Option<PhoneRow>);

/// Finds them in one statement.
macro_rules! with_account {
    ($id:expr) => {
        accounts::table
            .inner_join(challenges::table)
            .left_join(its_phone!())
            .filter(challenges::id.eq($id.as_str()))
            .select((
                challenges::all_columns,
                accounts::all_columns,
                (identifiers::kind, identifiers::verified_at).nullable(),
            ))
    };
}

fn read_found((challenge, account, phone): FoundRow) -> StoreResult<ChallengeFound> {
    Ok((challenge.read()?, account.read()?, phone_standing(phone.as_ref())))
}

impl ChallengeRepo for SqlTx<'_> {
    fn insert_challenge(&mut self, challenge: &Challenge) -> StoreResult<()> {
        let row = ChallengeRow::of(challenge);
        self.write(|conn| diesel::insert_into(challenges::table).values(&row).execute(conn)).map(drop)
    }

    fn find_challenge(&mut self, id: &ChallengeId) -> StoreResult<Option<Challenge>> {
        let query = challenges::table.filter(challenges::id.eq(id.as_str()));
        self.read(|conn| query.first::<ChallengeRow>(conn).optional())?.map(ChallengeRow::read).transpose()
    }

    fn find_challenge_and_account(&mut self, id: &ChallengeId) -> StoreResult<Option<ChallengeFound>> {
        self.read(|conn| with_account!(id).load(conn))?.pop().map(read_found).transpose()
    }

    fn hold_challenge_and_account(&mut self, id: &ChallengeId) -> StoreResult<Option<ChallengeFound>> {
        self.hold(|conn| holding_accounts!(conn, with_account!(id)))?.pop().map(read_found).transpose()
    }

    fn update_challenge(&mut self, challenge: &Challenge) -> StoreResult<bool> {
        let new = ChallengeRow::of(challenge);
        let row = challenges::table.filter(challenges::id.eq(new.id)).filter(challenges::version.eq(new.version));
        let changes = (
            challenges::browser.eq(new.browser),
            challenges::code.eq(new.code),
            challenges::sent_at.eq(new.sent_at),
            challenges::expires_at.eq(new.expires_at),
            challenges::tries.eq(new.tries),
            challenges::used_at.eq(new.used_at),
            challenges::version.eq(new.version + 1),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn delete_challenges_of_account(&mut self, account: &AccountId) -> StoreResult<u32> {
        let all = challenges::table.filter(challenges::account_id.eq(account.as_str()));
        self.write(|conn| diesel::delete(all).execute(conn)).map(rows)
    }

    fn delete_old_challenges(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_OLD_CHALLENGES, before, limit)
    }
}
