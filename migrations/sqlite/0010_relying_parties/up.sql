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
    since      INTEGER NOT NULL,
    PRIMARY KEY (session_id, client_id)
) STRICT;

-- Stored, not computed, so that services can be merged or moved.
CREATE TABLE pairwise_subjects (
    sector     TEXT    NOT NULL,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    subject    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (sector, account_id),
    UNIQUE (sector, subject)
) STRICT;
CREATE INDEX pairwise_subjects_by_account ON pairwise_subjects (account_id);

-- Access tokens without a grant, revoked before they expired.
CREATE TABLE revoked_tokens (
    jti        TEXT    NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
