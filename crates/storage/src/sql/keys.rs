//! Signing keys and data keys.

use super::columns::{millis, moment};
use crate::schema::{data_keys, signing_keys};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::ids::KeyId;
use portal_id_core::signing_key::{SigningAlgorithm, SigningKey};
use portal_id_core::store::{DataKey, KeyRepo, StoreResult};
use portal_id_core::time::Timestamp;

#[derive(Queryable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
struct SigningKeyRow {
    kid: String,
    algorithm: String,
    public_jwk: String,
    sealed_private_jwk: Vec<u8>,
    created_at: i64,
    signs_from: i64,
    signs_until: Option<i64>,
    published_until: Option<i64>,
    revoked_at: Option<i64>,
}

impl SigningKeyRow {
    fn of(key: &SigningKey) -> Self {
        Self {
            kid: key.kid.as_str().to_owned(),
            algorithm: key.algorithm.as_str().to_owned(),
            public_jwk: key.public_jwk.clone(),
            sealed_private_jwk: key.sealed_private_jwk.clone(),
            created_at: key.created_at.millis(),
            signs_from: key.signs_from.millis(),
            signs_until: millis(key.signs_until),
            published_until: millis(key.published_until),
            revoked_at: millis(key.revoked_at),
        }
    }

    /// `None` for a key of an algorithm that only a newer version knows: this one neither signs with it nor publishes it,
    /// and goes on with its own.
    fn read(self) -> Option<SigningKey> {
        let Some(algorithm) = SigningAlgorithm::from_text(&self.algorithm) else {
            let (kid, algorithm) = (self.kid, self.algorithm);
            tracing::warn!(kid, algorithm, "A signing key was made by a newer version: it is left aside here.");
            return None;
        };
        Some(SigningKey {
            kid: KeyId::from_text(self.kid),
            algorithm,
            public_jwk: self.public_jwk,
            sealed_private_jwk: self.sealed_private_jwk,
            created_at: Timestamp::from_millis(self.created_at),
            signs_from: Timestamp::from_millis(self.signs_from),
            signs_until: moment(self.signs_until),
            published_until: moment(self.published_until),
            revoked_at: moment(self.revoked_at),
        })
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = data_keys)]
struct DataKeyRow {
    name: String,
    version: i64,
    sealed: Vec<u8>,
    created_at: i64,
}

impl KeyRepo for SqlTx<'_> {
    fn insert_signing_key(&mut self, key: &SigningKey) -> StoreResult<()> {
        let row = SigningKeyRow::of(key);
        self.write(|conn| diesel::insert_into(signing_keys::table).values(&row).execute(conn)).map(drop)
    }

    fn list_signing_keys(&mut self) -> StoreResult<Vec<SigningKey>> {
        let query = signing_keys::table.order((signing_keys::created_at, signing_keys::kid));
        Ok(self.read(|conn| query.load::<SigningKeyRow>(conn))?.into_iter().filter_map(SigningKeyRow::read).collect())
    }

    fn update_signing_key(&mut self, key: &SigningKey) -> StoreResult<bool> {
        let row = signing_keys::table.filter(signing_keys::kid.eq(key.kid.as_str()));
        let timetable = (
            signing_keys::signs_until.eq(millis(key.signs_until)),
            signing_keys::published_until.eq(millis(key.published_until)),
            signing_keys::revoked_at.eq(millis(key.revoked_at)),
        );
        self.gate(|conn| diesel::update(row).set(timetable).execute(conn))
    }

    fn delete_signing_key(&mut self, kid: &KeyId) -> StoreResult<bool> {
        let row = signing_keys::table.filter(signing_keys::kid.eq(kid.as_str()));
        self.gate(|conn| diesel::delete(row).execute(conn))
    }

    fn insert_data_key(&mut self, key: &DataKey) -> StoreResult<()> {
        let row = DataKeyRow {
            name: key.name.clone(),
            version: key.version,
            sealed: key.sealed.clone(),
            created_at: key.created_at.millis(),
        };
        self.write(|conn| diesel::insert_into(data_keys::table).values(&row).execute(conn)).map(drop)
    }

    fn list_data_keys(&mut self) -> StoreResult<Vec<DataKey>> {
        let mut rows = self.read(|conn| data_keys::table.load::<DataKeyRow>(conn))?;
        // Here and not in the database, where the order of texts depends on its locale.
        rows.sort_by(|one, other| (&one.name, one.version).cmp(&(&other.name, other.version)));
        let keys = rows.into_iter().map(|row| DataKey {
            name: row.name,
            version: row.version,
            sealed: row.sealed,
            created_at: Timestamp::from_millis(row.created_at),
        });
        Ok(keys.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_an_algorithm_of_the_future_is_left_aside_and_the_others_are_read() {
        let row = |algorithm: &str| SigningKeyRow {
            kid: "k".to_owned(),
            algorithm: algorithm.to_owned(),
            public_jwk: "{}".to_owned(),
            sealed_private_jwk: vec![1],
            created_at: 1,
            signs_from: 2,
            signs_until: None,
            published_until: None,
            revoked_at: None,
        };
        let read: Vec<_> =
            ["ES256", "ML-DSA-65", "RS256"].map(row).into_iter().filter_map(SigningKeyRow::read).collect();
        let algorithms: Vec<_> = read.iter().map(|key| key.algorithm).collect();
        assert_eq!(algorithms, [SigningAlgorithm::Es256, SigningAlgorithm::Rs256]);
    }
}
