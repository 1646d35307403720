-- Which periodic job ran when, so that of several nodes one runs it.
CREATE TABLE job_leases (
    name         TEXT   NOT NULL CONSTRAINT "job_leases.name" PRIMARY KEY,
    leased_until BIGINT NOT NULL
);
