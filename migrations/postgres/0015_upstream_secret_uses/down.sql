DROP TABLE upstream_secret_uses;
