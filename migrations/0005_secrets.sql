-- migrate:up

-- What one of our addresses keeps secret, beside what the settings hold for all: encrypted with a key
-- that does not lie in the database.
CREATE TABLE entry_point_secret (
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  name text NOT NULL CONSTRAINT entry_point_secret_name_is_a_word CHECK (name ~ '^[a-z][a-z0-9_]{1,60}$'),
  sealed bytea NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (entry_point_id, name)
);
