-- migrate:up

-- How often somebody failed to prove who he is: of an account, or from a client's address. The key
-- is a hash of what is counted, so that nobody's address lies here; who is not known is counted, too.
CREATE TABLE sign_in_attempt (
  key_sha256 bytea PRIMARY KEY,
  failures int NOT NULL CONSTRAINT sign_in_attempt_is_not_negative CHECK (failures >= 0),
  failed_at timestamptz NOT NULL,
  free_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_by_age ON sign_in_attempt (failed_at);

-- From where an account was signed in to: a hash of both. Strangers cannot hold it up there.
CREATE TABLE sign_in_place (
  key_sha256 bytea PRIMARY KEY,
  seen_at timestamptz NOT NULL
);
CREATE INDEX sign_in_place_by_age ON sign_in_place (seen_at);

-- What one person or program did, for the audit; customers and workers, who write most events, cost
-- this index nothing.
CREATE INDEX event_by_people ON event (actor, id) WHERE actor NOT IN ('customer', 'system');
