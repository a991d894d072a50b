-- name: of_queue
-- Who serves the queue, in the order they are asked.
SELECT m.queue_id, m.agent_id, u.name AS agent_name, m.level::int AS level, m.delay_s, m.handicap_s, m.band::int AS band, m.source
FROM membership m JOIN user_account u ON u.id = m.agent_id
WHERE m.queue_id = $1 ORDER BY m.level, m.band DESC, m.agent_id

-- name: find
-- One agent in one queue.
SELECT m.queue_id, m.agent_id, u.name AS agent_name, m.level::int AS level, m.delay_s, m.handicap_s, m.band::int AS band, m.source
FROM membership m JOIN user_account u ON u.id = m.agent_id
WHERE m.queue_id = $1 AND m.agent_id = $2

-- name: put
-- New, or on other terms: his own.
INSERT INTO membership (queue_id, agent_id, level, delay_s, handicap_s, band, source) VALUES ($1, $2, $3, $4, $5, $6, 'own')
ON CONFLICT (queue_id, agent_id) DO UPDATE SET level = EXCLUDED.level, delay_s = EXCLUDED.delay_s,
  handicap_s = EXCLUDED.handicap_s, band = EXCLUDED.band, source = EXCLUDED.source

-- name: remove
-- He is not asked any more.
DELETE FROM membership WHERE queue_id = $1 AND agent_id = $2

-- name: join_team
-- No row comes back where he is a member already.
INSERT INTO team_member (team_id, user_id, source) VALUES ($1, $2, 'queue') ON CONFLICT DO NOTHING RETURNING user_id

-- name: set_capacity
-- The check constraint keeps it from falling below the load.
UPDATE agent SET capacity = $2, version = version + 1 WHERE id = $1

-- name: find_many
-- Of these pairs those that are there.
SELECT m.queue_id, m.agent_id, u.name AS agent_name, m.level::int AS level, m.delay_s, m.handicap_s, m.band::int AS band, m.source
FROM unnest($1::bigint[], $2::bigint[]) AS n (queue_id, agent_id)
JOIN membership m ON m.queue_id = n.queue_id AND m.agent_id = n.agent_id JOIN user_account u ON u.id = m.agent_id

-- name: put_many
-- New, or on other terms.
INSERT INTO membership (queue_id, agent_id, level, delay_s, handicap_s, band, source)
SELECT queue_id, agent_id, level, delay_s, handicap_s, band, source
FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::int[], $5::int[], $6::smallint[], $7::text[])
  AS n (queue_id, agent_id, level, delay_s, handicap_s, band, source)
ON CONFLICT (queue_id, agent_id) DO UPDATE SET level = EXCLUDED.level, delay_s = EXCLUDED.delay_s,
  handicap_s = EXCLUDED.handicap_s, band = EXCLUDED.band, source = EXCLUDED.source

-- name: join_teams
-- No row comes back for those who are members already.
INSERT INTO team_member (team_id, user_id, source)
SELECT DISTINCT q.team_id, n.agent_id, 'queue'
FROM unnest($1::bigint[], $2::bigint[]) AS n (queue_id, agent_id) JOIN queue q ON q.id = n.queue_id
ON CONFLICT DO NOTHING
RETURNING team_id, user_id AS agent_id
