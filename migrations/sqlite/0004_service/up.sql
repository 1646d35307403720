-- Keys, the outbox and the audit trail.
CREATE TABLE signing_keys (
    kid                TEXT    NOT NULL PRIMARY KEY,
    algorithm          TEXT    NOT NULL,
    public_jwk         TEXT    NOT NULL,
    sealed_private_jwk BLOB    NOT NULL,
    created_at         INTEGER NOT NULL,
    signs_from         INTEGER NOT NULL,
    signs_until        INTEGER,
    published_until    INTEGER,
    revoked_at         INTEGER
) STRICT;

CREATE TABLE data_keys (
    name       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

CREATE TABLE outbox (
    id               TEXT    NOT NULL PRIMARY KEY,
    channel          TEXT    NOT NULL,
    template         TEXT    NOT NULL,
    masked_recipient TEXT    NOT NULL,
    envelope         BLOB,
    state            TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    next_attempt_at  INTEGER NOT NULL,
    leased_until     INTEGER,
    last_error       TEXT,
    created_at       INTEGER NOT NULL,
    not_after        INTEGER NOT NULL,
    settled_at       INTEGER
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_settlement ON outbox (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE audit (
    id         TEXT    NOT NULL PRIMARY KEY,
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    account_id TEXT,
    client_id  TEXT,
    session_id TEXT,
    network    TEXT    NOT NULL,
    request_id TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_account ON audit (account_id, at) WHERE account_id IS NOT NULL;
