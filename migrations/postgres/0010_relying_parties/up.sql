-- What services asked for beyond scopes, which services a session reached, what was taken back before its time.
-- subject is NULL where the account's id is the subject; claims is the JSON of what the claims parameter asked for.
ALTER TABLE grants ADD COLUMN subject TEXT;
ALTER TABLE grants ADD COLUMN claims TEXT;
ALTER TABLE grants ADD COLUMN resources TEXT NOT NULL DEFAULT '';

-- The names of claims allowed beyond those that the scopes open.
ALTER TABLE consents ADD COLUMN claims TEXT NOT NULL DEFAULT '';

-- Set when a challenge raises this session to a second factor instead of beginning one after a password.
ALTER TABLE challenges ADD COLUMN raises_session TEXT;

-- Set when the message is a notice to this client.
ALTER TABLE outbox ADD COLUMN client_id TEXT;
CREATE INDEX outbox_by_client ON outbox (client_id, created_at) WHERE client_id IS NOT NULL;

-- Kept as long as the session, since grants without offline_access are gone by the time people sign out.
CREATE TABLE session_clients (
    session_id TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_id  TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    since      BIGINT  NOT NULL,
    CONSTRAINT "session_clients.session_id,client_id" PRIMARY KEY (session_id, client_id)
);

-- Stored, not computed, so that services can be merged or moved.
CREATE TABLE pairwise_subjects (
    sector     TEXT    NOT NULL,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    subject    TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    CONSTRAINT "pairwise_subjects.sector,account_id" PRIMARY KEY (sector, account_id),
    CONSTRAINT "pairwise_subjects.sector,subject" UNIQUE (sector, subject)
);
CREATE INDEX pairwise_subjects_by_account ON pairwise_subjects (account_id);

-- Access tokens without a grant, revoked before they expired.
CREATE TABLE revoked_tokens (
    jti        TEXT    NOT NULL CONSTRAINT "revoked_tokens.jti" PRIMARY KEY,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
