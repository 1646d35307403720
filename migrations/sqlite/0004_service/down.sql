DROP TABLE audit;
DROP TABLE outbox;
DROP TABLE data_keys;
DROP TABLE signing_keys;
