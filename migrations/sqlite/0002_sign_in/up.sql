-- Sessions, the challenges that lead to them, and the limits in front of both.
-- A session is history: it outlives its account, so it does not refer to it.
CREATE TABLE sessions (
    id           TEXT    NOT NULL PRIMARY KEY,
    secret       BLOB    NOT NULL UNIQUE,
    account_id   TEXT    NOT NULL,
    auth_time    INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    amr          TEXT    NOT NULL,
    ial          INTEGER NOT NULL,
    user_agent   TEXT    NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE challenges (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    browser    BLOB    NOT NULL,
    code       BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    sent_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    used_at    INTEGER,
    version    INTEGER NOT NULL
) STRICT;
CREATE INDEX challenges_by_account ON challenges (account_id);
CREATE INDEX challenges_by_creation ON challenges (created_at);

-- marks are moments as big-endian 64-bit numbers, the oldest first.
CREATE TABLE throttles (
    key         BLOB    NOT NULL PRIMARY KEY,
    marks       BLOB    NOT NULL,
    notified_at INTEGER,
    expires_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;
CREATE INDEX throttles_by_expiry ON throttles (expires_at);
