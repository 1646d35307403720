-- What a person is told of a sign-in, and what is left of an account after "this was not me".
-- network is masked before it is written.
ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';

-- Set while the password opens no session until its holder has set another.
ALTER TABLE accounts ADD COLUMN password_distrusted_at INTEGER;

-- Marks of known browsers from before this moment are nothing.
ALTER TABLE accounts ADD COLUMN devices_known_from INTEGER;
