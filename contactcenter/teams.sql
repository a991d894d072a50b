-- name: list_all
-- Every team with its members.
SELECT id, name, lead_id, restricted,
       ARRAY(SELECT m.user_id FROM team_member m WHERE m.team_id = team.id ORDER BY m.user_id) AS member_ids, version
FROM team ORDER BY name, id

-- name: find
-- One team with its members.
SELECT id, name, lead_id, restricted,
       ARRAY(SELECT m.user_id FROM team_member m WHERE m.team_id = team.id ORDER BY m.user_id) AS member_ids, version
FROM team WHERE id = $1

-- name: lock
-- Its members are changed under this lock.
SELECT id FROM team WHERE id = $1 FOR NO KEY UPDATE

-- name: create
-- Without members yet.
INSERT INTO team (name, lead_id, restricted) VALUES ($1, $2, $3) RETURNING id

-- name: change
-- The row is locked and its version compared before.
UPDATE team SET name = $2, lead_id = $3, restricted = $4, version = version + 1 WHERE id = $1

-- name: touch
-- Its members changed.
UPDATE team SET version = version + 1 WHERE id = $1

-- name: user_exists
-- Whether there is such a person.
SELECT EXISTS (SELECT FROM user_account WHERE id = $1) AS user_exists

-- name: add_member
-- Twice is once.
INSERT INTO team_member (team_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: remove_member
-- He keeps reading what he holds.
DELETE FROM team_member WHERE team_id = $1 AND user_id = $2

-- name: queues_served
-- The team's queues that he serves.
SELECT m.queue_id FROM membership m JOIN queue q ON q.id = m.queue_id
WHERE q.team_id = $1 AND m.agent_id = $2 ORDER BY m.queue_id
