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
INSERT INTO team_member (team_id, user_id) VALUES ($1, $2)
ON CONFLICT (team_id, user_id) DO UPDATE SET source = 'own' WHERE team_member.source <> 'own'

-- name: remove_member
-- He keeps reading what he holds.
DELETE FROM team_member WHERE team_id = $1 AND user_id = $2

-- name: let_go
-- The same of somebody who may serve a queue of the team all the same: then he reads what is there.
WITH stays AS (
  UPDATE team_member t SET source = 'queue' WHERE t.team_id = $1 AND t.user_id = $2 AND EXISTS (
    SELECT FROM membership m JOIN queue q ON q.id = m.queue_id WHERE q.team_id = $1 AND m.agent_id = $2)
  RETURNING t.team_id)
DELETE FROM team_member WHERE team_id = $1 AND user_id = $2 AND NOT EXISTS (SELECT FROM stays)

-- name: queues_served
-- The team's queues that he serves on terms of his own, or with another team.
SELECT m.queue_id FROM membership m JOIN queue q ON q.id = m.queue_id
WHERE q.team_id = $1 AND m.agent_id = $2 AND (m.source = 'own' OR EXISTS (
  SELECT FROM team_queue g JOIN team_member t ON t.team_id = g.team_id AND t.user_id = $2 AND t.source = 'own'
  WHERE g.queue_id = m.queue_id AND g.team_id <> $1))
ORDER BY m.queue_id
