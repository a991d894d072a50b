-- name: of_team
-- What a team serves.
SELECT t.team_id, t.queue_id, q.name AS queue_name, t.level::int AS level, t.delay_s, t.handicap_s, t.band::int AS band
FROM team_queue t JOIN queue q ON q.id = t.queue_id WHERE t.team_id = $1 ORDER BY q.name, q.id

-- name: find
-- One team and queue.
SELECT t.team_id, t.queue_id, q.name AS queue_name, t.level::int AS level, t.delay_s, t.handicap_s, t.band::int AS band
FROM team_queue t JOIN queue q ON q.id = t.queue_id WHERE t.team_id = $1 AND t.queue_id = $2

-- name: put
-- New, or on other terms.
INSERT INTO team_queue (team_id, queue_id, level, delay_s, handicap_s, band) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (team_id, queue_id) DO UPDATE SET level = EXCLUDED.level, delay_s = EXCLUDED.delay_s,
  handicap_s = EXCLUDED.handicap_s, band = EXCLUDED.band

-- name: remove
-- The team serves it no more.
DELETE FROM team_queue WHERE team_id = $1 AND queue_id = $2
