DROP TABLE grants;
DROP TABLE consents;
DROP TABLE clients;
