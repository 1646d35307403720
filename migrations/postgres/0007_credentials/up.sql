-- What accounts have enrolled to prove who they are: authenticators, recovery codes, passkeys, remembered browsers.
-- key is the keyed digest of what one is found by; sealed is a seed or a public key, for this row alone.
-- counter is the last accepted step of an authenticator, or the signature count of a passkey.
CREATE TABLE credentials (
    id           TEXT    NOT NULL CONSTRAINT "credentials.id" PRIMARY KEY,
    account_id   TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL,
    key          BYTEA   NOT NULL CONSTRAINT "credentials.key" UNIQUE,
    name         TEXT    NOT NULL,
    sealed       BYTEA,
    counter      BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    last_used_at BIGINT,
    expires_at   BIGINT
);
CREATE INDEX credentials_by_account ON credentials (account_id, created_at);
CREATE INDEX credentials_by_expiry ON credentials (expires_at) WHERE expires_at IS NOT NULL;
