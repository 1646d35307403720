-- Sessions, the challenges that lead to them, and the limits in front of both.
-- A session is history: it outlives its account, so it does not refer to it.
CREATE TABLE sessions (
    id           TEXT    NOT NULL CONSTRAINT "sessions.id" PRIMARY KEY,
    secret       BYTEA   NOT NULL CONSTRAINT "sessions.secret" UNIQUE,
    account_id   TEXT    NOT NULL,
    auth_time    BIGINT  NOT NULL,
    last_seen_at BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    amr          TEXT    NOT NULL,
    ial          BIGINT  NOT NULL,
    user_agent   TEXT    NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE challenges (
    id         TEXT    NOT NULL CONSTRAINT "challenges.id" PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    browser    BYTEA   NOT NULL,
    code       BYTEA   NOT NULL,
    created_at BIGINT  NOT NULL,
    sent_at    BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    tries      BIGINT  NOT NULL,
    used_at    BIGINT,
    version    BIGINT  NOT NULL
);
CREATE INDEX challenges_by_account ON challenges (account_id);
CREATE INDEX challenges_by_creation ON challenges (created_at);

-- marks are moments as big-endian 64-bit numbers, the oldest first.
CREATE TABLE throttles (
    key         BYTEA   NOT NULL CONSTRAINT "throttles.key" PRIMARY KEY,
    marks       BYTEA   NOT NULL,
    notified_at BIGINT,
    expires_at  BIGINT  NOT NULL,
    version     BIGINT  NOT NULL
);
CREATE INDEX throttles_by_expiry ON throttles (expires_at);
