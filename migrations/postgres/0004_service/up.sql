-- Keys, the outbox and the audit trail.
CREATE TABLE signing_keys (
    kid                TEXT    NOT NULL CONSTRAINT "signing_keys.kid" PRIMARY KEY,
    algorithm          TEXT    NOT NULL,
    public_jwk         TEXT    NOT NULL,
    sealed_private_jwk BYTEA   NOT NULL,
    created_at         BIGINT  NOT NULL,
    signs_from         BIGINT  NOT NULL,
    signs_until        BIGINT,
    published_until    BIGINT,
    revoked_at         BIGINT
);

CREATE TABLE data_keys (
    name       TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    sealed     BYTEA   NOT NULL,
    created_at BIGINT  NOT NULL,
    CONSTRAINT "data_keys.name,version" PRIMARY KEY (name, version)
);

CREATE TABLE outbox (
    id               TEXT    NOT NULL CONSTRAINT "outbox.id" PRIMARY KEY,
    channel          TEXT    NOT NULL,
    template         TEXT    NOT NULL,
    masked_recipient TEXT    NOT NULL,
    envelope         BYTEA,
    state            TEXT    NOT NULL,
    attempts         BIGINT  NOT NULL,
    next_attempt_at  BIGINT  NOT NULL,
    leased_until     BIGINT,
    last_error       TEXT,
    created_at       BIGINT  NOT NULL,
    not_after        BIGINT  NOT NULL,
    settled_at       BIGINT
);
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_settlement ON outbox (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE audit (
    id         TEXT    NOT NULL CONSTRAINT "audit.id" PRIMARY KEY,
    at         BIGINT  NOT NULL,
    kind       TEXT    NOT NULL,
    account_id TEXT,
    client_id  TEXT,
    session_id TEXT,
    network    TEXT    NOT NULL,
    request_id TEXT    NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_account ON audit (account_id, at) WHERE account_id IS NOT NULL;
