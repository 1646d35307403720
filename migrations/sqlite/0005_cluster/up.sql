-- Which periodic job ran when, so that of several nodes one runs it.
CREATE TABLE job_leases (
    name         TEXT    NOT NULL PRIMARY KEY,
    leased_until INTEGER NOT NULL
) STRICT;
