-- Every secret of an upstream that was ever used, with the addresses that it went to: a secret of before is no new one, and
-- neither is that of another upstream. Both digests are keyed, and not bound to the upstream as those of upstream_secrets
-- are, so that nothing can be taken over from there: what is configured at the next start counts as used first.
-- upstream_secrets stays for programs that know no other.
CREATE TABLE upstream_secret_uses (
    secret    BLOB    NOT NULL,
    upstream  TEXT    NOT NULL,
    addresses BLOB    NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (secret, upstream)
) STRICT;
