DROP TABLE throttles;
DROP TABLE challenges;
DROP TABLE sessions;
