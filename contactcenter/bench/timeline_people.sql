-- name: teams
-- The team whose tickets are read, and a restricted one.
INSERT INTO team (name, restricted) VALUES ('Bench timeline', false), ('Bench hidden', true) RETURNING id

-- name: reader
-- An ordinary agent of the team, with a session; $2 is its secret.
WITH person AS (
  INSERT INTO user_account (email, name, role) VALUES ('timeline@bench.example', 'Agent', 'agent') RETURNING id
), agents AS (
  INSERT INTO agent (id) SELECT id FROM person
), mates AS (
  INSERT INTO team_member (team_id, user_id) SELECT $1::bigint, id FROM person
), sessions AS (
  INSERT INTO session (token_sha256, csrf_sha256, user_id, expires_at)
  SELECT sha256(convert_to($2::text, 'UTF8')), '', id, now() + interval '12 hours' FROM person
)
SELECT id FROM person

-- name: queues
-- One queue a team.
INSERT INTO queue (name, team_id, tier) SELECT 'Bench ' || id, id, 1 FROM team WHERE id = ANY ($1::bigint[])

-- name: contacts
-- Everybody, by number.
INSERT INTO contact (id, name) SELECT n, 'Customer ' || n FROM generate_series($1::int, $2::int) AS n

-- name: tickets
-- The closed problems $1 to $2: of every contact $3, of the first two $4; those of the second are hidden.
INSERT INTO ticket (id, contact_id, channel, subject, state, queue_id, tier, opened_at, enqueued_at, solved_at, closed_at,
                    team_ids)
SELECT n, o.contact_id, 'sms', 'Before', 'closed', q.id, q.tier, now(), now(), now(), now(), ARRAY[q.team_id]
FROM generate_series($1::int, $2::int) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n <= 2 * $4::int THEN 1 + (n - 1) / $4::int
                           ELSE 3 + (n - 1 - 2 * $4::int) / $3::int END AS contact_id) AS o
JOIN queue q ON q.team_id = CASE WHEN o.contact_id = 2 THEN $6::bigint ELSE $5::bigint END

-- name: interactions
-- Rows $1 to $2 in the order of time: $3 rounds in which everybody speaks once, in another order each
-- time, and the first two $4 times. A contact's rows lie as far apart as they do where many people write.
INSERT INTO interaction (id, contact_id, ticket_id, channel, direction, kind, author_id, body, state, occurred_at, received_at)
SELECT n, s.contact_id,
       CASE WHEN s.contact_id <= 2 THEN (s.contact_id - 1) * $7::int + 1 + s.nth % $7::int
            ELSE 2 * $7::int + (s.contact_id - 3) * $6::int + 1 + s.nth * $6::int / $3::int END,
       'sms', CASE WHEN n % 3 = 0 THEN 'outbound' ELSE 'inbound' END, 'message',
       CASE WHEN n % 3 = 0 THEN $8::bigint END, ($9::text[])[1 + n % cardinality($9::text[])] || ' ' || n,
       CASE WHEN n % 3 = 0 THEN 'delivered' ELSE 'received' END,
       now() - ($10::bigint - n) * interval '1 second', now() - ($10::bigint - n) * interval '1 second'
FROM generate_series($1::bigint, $2::bigint) AS n
CROSS JOIN LATERAL (SELECT (n - 1) / $5::int AS round, ((n - 1) % $5::int)::int AS place) AS p
CROSS JOIN LATERAL (SELECT
  CASE WHEN place < 2 * $4::int THEN 1 + place % 2
       ELSE 3 + ((place - 2 * $4::int) * 7919::bigint + round * 104729) % ($5::int - 2 * $4::int) END AS contact_id,
  CASE WHEN place < 2 * $4::int THEN round * $4::int + place / 2 ELSE round END AS nth) AS s

-- name: count
-- What there is now.
SELECT count(*) AS rows FROM interaction
