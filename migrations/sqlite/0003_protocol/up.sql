-- Clients, consents and grants.
CREATE TABLE clients (
    id          TEXT    NOT NULL PRIMARY KEY,
    metadata    TEXT    NOT NULL,
    secrets     TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

CREATE TABLE consents (
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id  TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes     TEXT    NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, client_id)
) STRICT;

-- A grant is history: it outlives what it names, so that a replay is still recognised.
-- offline repeats whether the scopes hold offline_access, for the end of a session.
CREATE TABLE grants (
    id              TEXT    NOT NULL PRIMARY KEY,
    client_id       TEXT    NOT NULL,
    account_id      TEXT    NOT NULL,
    session_id      TEXT    NOT NULL,
    code            BLOB    NOT NULL UNIQUE,
    redirect_uri    TEXT    NOT NULL,
    scopes          TEXT    NOT NULL,
    offline         INTEGER NOT NULL,
    nonce           TEXT,
    code_challenge  TEXT,
    auth_time       INTEGER NOT NULL,
    amr             TEXT    NOT NULL,
    ial             INTEGER NOT NULL,
    issued_at       INTEGER NOT NULL,
    code_expires_at INTEGER NOT NULL,
    code_used_at    INTEGER,
    generation      INTEGER NOT NULL,
    rotated_at      INTEGER,
    idle_expires_at INTEGER,
    expires_at      INTEGER NOT NULL,
    revoked_at      INTEGER
) STRICT;
CREATE INDEX grants_by_account ON grants (account_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_session ON grants (session_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);
