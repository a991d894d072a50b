-- name: as_of
-- Before this instant nothing happens any more: whoever writes something began later. Times are told by several machines and a
-- batch waits a little before it is written, so it is a minute earlier.
SELECT least(clock_timestamp(), (
  SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())) - interval '1 minute'

-- name: legs
-- Legs of the tickets that this person sees ($1; NULL: the operator, who sees all), after $2, that began or ended since $3 (NULL:
-- all of them), $4 at most.
SELECT l.id, l.ticket_id, t.contact_id, t.channel, l.episode, l.tier::int AS tier, l.queue_id, l.agent_id, l.from_at, l.to_at, l.ended_by
FROM (VALUES (1)) AS one(n) LEFT JOIN LATERAL viewer($1) v ON true
JOIN leg l ON l.id > $2 AND ($3::timestamptz IS NULL OR l.to_at >= $3 OR l.to_at IS NULL AND l.from_at >= $3)
JOIN ticket t ON t.id = l.ticket_id
WHERE $1 IS NULL OR v.is_admin OR may_read(false, v.teams, v.hidden, '{}', t.team_ids, t.contact_id)
ORDER BY l.id LIMIT $4

-- name: interactions
-- Interactions of the tickets that this person sees ($1; NULL: the operator, who sees all), after $2, $3 at most. Those of no
-- ticket are seen by who sees all. No words, no addresses.
SELECT i.id, i.ticket_id, i.contact_id, i.entry_point_id, i.channel, i.direction, i.kind, i.author_id, i.state, i.error_code,
       i.segments::int AS segments, i.occurred_at, i.received_at
FROM (VALUES (1)) AS one(n) LEFT JOIN LATERAL viewer($1) v ON true
JOIN interaction i ON i.id > $2 LEFT JOIN ticket t ON t.id = i.ticket_id
WHERE $1 IS NULL OR v.is_admin OR may_read(false, v.teams, v.hidden, '{}', t.team_ids, t.contact_id)
ORDER BY i.id LIMIT $3

-- name: changed_interactions
-- The same of what came or changed since $4. Each change is told by an event of one of the kinds $5, of its ticket if it has one.
WITH told AS MATERIALIZED (
  SELECT DISTINCT ticket_id, CASE WHEN jsonb_typeof(data -> 'interaction_id') = 'number' THEN (data ->> 'interaction_id')::bigint END AS id
  FROM event WHERE kind = ANY ($5::text[]) AND at >= $4
), changed AS (
  SELECT id FROM told WHERE id > $2
  UNION SELECT i.id FROM interaction i
  WHERE i.ticket_id IN (SELECT ticket_id FROM told) AND i.received_at >= $4 AND i.id > $2
)
SELECT i.id, i.ticket_id, i.contact_id, i.entry_point_id, i.channel, i.direction, i.kind, i.author_id, i.state, i.error_code,
       i.segments::int AS segments, i.occurred_at, i.received_at
FROM (VALUES (1)) AS one(n) LEFT JOIN LATERAL viewer($1) v ON true
CROSS JOIN changed c JOIN interaction i ON i.id = c.id LEFT JOIN ticket t ON t.id = i.ticket_id
WHERE $1 IS NULL OR v.is_admin OR may_read(false, v.teams, v.hidden, '{}', t.team_ids, t.contact_id)
ORDER BY i.id LIMIT $3

-- name: ratings
-- Ratings of the tickets that this person sees ($1; NULL: the operator, who sees all), after $2, given since $3 (NULL: all of them) or of
-- an episode that was solved since, for that may make them another agent's; $4 at most. No comments.
SELECT r.id, r.ticket_id, t.contact_id, t.channel, r.episode, r.score::int AS score, k.agent_id, k.queue_id, k.tier::int AS tier, r.given_at
FROM (VALUES (1)) AS one(n) LEFT JOIN LATERAL viewer($1) v ON true
JOIN chat_rating r ON r.id > $2 AND ($3::timestamptz IS NULL OR r.given_at >= $3 OR EXISTS (
  SELECT FROM leg l WHERE l.ticket_id = r.ticket_id AND l.episode = r.episode AND l.to_at >= $3))
JOIN ticket t ON t.id = r.ticket_id LEFT JOIN LATERAL leg_to_thank(r.ticket_id, r.episode) k ON true
WHERE $1 IS NULL OR v.is_admin OR may_read(false, v.teams, v.hidden, '{}', t.team_ids, t.contact_id)
ORDER BY r.id LIMIT $4

-- name: surveys
-- Surveys of the tickets that this person sees ($1; NULL: the operator, who sees all), after $2, that changed since $3 (NULL: all of
-- them), $4 at most.
SELECT s.id, s.ticket_id, t.contact_id, t.channel, s.episode, s.state, s.reason, s.score::int AS score, s.answered_by, k.agent_id, k.queue_id,
       k.tier::int AS tier, s.due_at, s.sent_at, s.answered_at
FROM (VALUES (1)) AS one(n) LEFT JOIN LATERAL viewer($1) v ON true
JOIN survey s ON s.id > $2 AND ($3::timestamptz IS NULL OR s.changed_at >= $3)
JOIN ticket t ON t.id = s.ticket_id LEFT JOIN LATERAL leg_to_thank(s.ticket_id, s.episode) k ON true
WHERE $1 IS NULL OR v.is_admin OR may_read(false, v.teams, v.hidden, '{}', t.team_ids, t.contact_id)
ORDER BY s.id LIMIT $4
