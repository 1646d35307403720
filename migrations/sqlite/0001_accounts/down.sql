DROP TABLE mailed_links;
DROP TABLE identifiers;
DROP TABLE accounts;
