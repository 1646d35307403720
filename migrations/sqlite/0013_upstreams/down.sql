DROP TABLE upstream_secrets;
DROP TABLE pending_contacts;
DROP TABLE vouched_facts;
DROP TABLE upstream_sessions;
DROP TABLE upstream_links;
ALTER TABLE challenges DROP COLUMN proves_arrival;
ALTER TABLE identifiers DROP COLUMN disputed_at;
