-- name: list_all
-- By title; NULL filters let everything pass.
SELECT id, title, language, body, team_id, temperament, objection, version FROM saved_reply
WHERE (team_id IS NULL OR $1::bigint[] IS NULL OR team_id = ANY($1)) AND ($2::text IS NULL OR language = $2)
  AND ($3::text IS NULL OR temperament = $3)
ORDER BY title, id

-- name: find
-- One reply.
SELECT id, title, language, body, team_id, temperament, objection, version FROM saved_reply WHERE id = $1

-- name: lock
-- One edit at a time.
SELECT id, title, language, body, team_id, temperament, objection, version FROM saved_reply WHERE id = $1 FOR UPDATE

-- name: create
-- A new one.
INSERT INTO saved_reply (title, language, body, team_id, temperament, objection) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id, title, language, body, team_id, temperament, objection, version

-- name: change
-- The row is locked and its version compared before.
UPDATE saved_reply SET title = $2, language = $3, body = $4, team_id = $5, temperament = $6, objection = $7,
  version = version + 1 WHERE id = $1
RETURNING id, title, language, body, team_id, temperament, objection, version

-- name: remove
-- Nothing refers to it.
DELETE FROM saved_reply WHERE id = $1

-- name: team_exists
-- Whether there is such a team.
SELECT EXISTS (SELECT FROM team WHERE id = $1) AS team_exists

-- name: values
-- Who writes to whom about what.
SELECT c.name AS contact_name, u.name AS agent_name, t.id AS ticket_id, q.name AS queue_name
FROM ticket t JOIN contact c ON c.id = t.contact_id JOIN user_account u ON u.id = $2
LEFT JOIN queue q ON q.id = coalesce(t.queue_id, t.intake_queue_id)
WHERE t.id = $1
