-- Clients, consents and grants.
CREATE TABLE clients (
    id          TEXT    NOT NULL CONSTRAINT "clients.id" PRIMARY KEY,
    metadata    TEXT    NOT NULL,
    secrets     TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE consents (
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id  TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes     TEXT    NOT NULL,
    granted_at BIGINT  NOT NULL,
    CONSTRAINT "consents.account_id,client_id" PRIMARY KEY (account_id, client_id)
);

-- A grant is history: it outlives what it names, so that a replay is still recognised.
-- offline repeats whether the scopes hold offline_access, for the end of a session.
CREATE TABLE grants (
    id              TEXT    NOT NULL CONSTRAINT "grants.id" PRIMARY KEY,
    client_id       TEXT    NOT NULL,
    account_id      TEXT    NOT NULL,
    session_id      TEXT    NOT NULL,
    code            BYTEA   NOT NULL CONSTRAINT "grants.code" UNIQUE,
    redirect_uri    TEXT    NOT NULL,
    scopes          TEXT    NOT NULL,
    offline         BOOLEAN NOT NULL,
    nonce           TEXT,
    code_challenge  TEXT,
    auth_time       BIGINT  NOT NULL,
    amr             TEXT    NOT NULL,
    ial             BIGINT  NOT NULL,
    issued_at       BIGINT  NOT NULL,
    code_expires_at BIGINT  NOT NULL,
    code_used_at    BIGINT,
    generation      BIGINT  NOT NULL,
    rotated_at      BIGINT,
    idle_expires_at BIGINT,
    expires_at      BIGINT  NOT NULL,
    revoked_at      BIGINT
);
CREATE INDEX grants_by_account ON grants (account_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_session ON grants (session_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);
