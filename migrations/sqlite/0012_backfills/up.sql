-- What older programs left out of their rows and a pass over all accounts adds: how far it has come.
-- after_account is the last account that was looked at; caught_up_at is when the pass first reached the end.
CREATE TABLE backfills (
    name          TEXT    NOT NULL PRIMARY KEY,
    after_account TEXT    NOT NULL,
    caught_up_at  INTEGER,
    finished_at   INTEGER
) STRICT;
