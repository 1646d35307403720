-- Accounts, what they are looked up by, and the links mailed to them.
-- Unique keys carry the names that the port speaks of ("table.column").
-- Moments are unix milliseconds; personal facts are sealed; look-ups go through blind indexes.
CREATE TABLE accounts (
    id            TEXT    NOT NULL CONSTRAINT "accounts.id" PRIMARY KEY,
    class         TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    username      TEXT    NOT NULL,
    username_key  TEXT    NOT NULL CONSTRAINT "accounts.username_key" UNIQUE,
    password_hash TEXT,
    profile       BYTEA   NOT NULL,
    language      TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    activated_at  BIGINT
);

-- unique_claim is class, kind and digest in one: at most one account of a class holds a claim; NULL holds none.
CREATE TABLE identifiers (
    account_id   TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL,
    digest       BYTEA   NOT NULL,
    unique_claim BYTEA   CONSTRAINT "identifiers.unique_claim" UNIQUE,
    verified_at  BIGINT,
    source       TEXT    NOT NULL,
    CONSTRAINT "identifiers.account_id,kind" PRIMARY KEY (account_id, kind)
);
CREATE INDEX identifiers_by_digest ON identifiers (digest, kind);

CREATE TABLE mailed_links (
    secret     BYTEA   NOT NULL CONSTRAINT "mailed_links.secret" PRIMARY KEY,
    purpose    TEXT    NOT NULL,
    account_id TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email      BYTEA   NOT NULL,
    browser    BYTEA,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    used_at    BIGINT
);
CREATE INDEX mailed_links_by_account ON mailed_links (account_id, purpose, created_at);
CREATE INDEX mailed_links_by_expiry ON mailed_links (expires_at);
