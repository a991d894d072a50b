-- name: team
-- The team that everybody here belongs to.
INSERT INTO team (name) VALUES ('Bench feed') RETURNING id

-- name: people
-- Agents of the team, each signed in: the n-th with the session that ends in n. Nobody is available.
WITH person AS (
  INSERT INTO user_account (email, name, role)
  SELECT 'feed' || n || '@bench.example', 'Agent ' || n, 'agent' FROM generate_series(0, $2::int - 1) AS n
  RETURNING id, substring(email FROM '[0-9]+') AS n
), agents AS (
  INSERT INTO agent (id) SELECT id FROM person
), mates AS (
  INSERT INTO team_member (team_id, user_id) SELECT $1::bigint, id FROM person
)
INSERT INTO session (token_sha256, csrf_sha256, user_id, expires_at)
SELECT sha256(convert_to($3::text || '-' || n, 'UTF8')), '', id, now() + interval '12 hours' FROM person

-- name: tickets
-- Problems that wait in a queue of the team, which nobody serves; returns their ids.
WITH place AS (
  INSERT INTO queue (name, team_id, tier) VALUES ('Bench feed', $1::bigint, 1) RETURNING id, team_id, tier
), person AS (
  INSERT INTO contact (name) SELECT 'Customer ' || n FROM generate_series(1, $2::int) AS n RETURNING id
)
INSERT INTO ticket (contact_id, channel, subject, state, queue_id, tier, opened_at, enqueued_at, team_ids)
SELECT person.id, 'sms', 'Before', 'waiting', place.id, place.tier, now(), now(), ARRAY[place.team_id]
FROM person, place
RETURNING id

-- name: last_event
-- The newest event of this transaction's.
SELECT max(id) AS id FROM event WHERE xid = pg_current_xact_id()

-- name: changes
-- What everybody was to be told, in its order.
SELECT id FROM event WHERE kind = 'ticket_changed' AND ticket_id = ANY ($1::bigint[]) ORDER BY xid, id

-- name: ring
-- What the bell of another process sends after its commit.
SELECT pg_notify('contactcenter', 'events')
