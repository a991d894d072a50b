-- name: list_all
-- Everybody who handles tickets, as colleagues see them; a page by name.
SELECT a.id, u.name, u.role, a.presence, a.presence_reason, a.presence_since, a.capacity, a.load, a.version,
       ARRAY(SELECT m.queue_id FROM membership m WHERE m.agent_id = a.id ORDER BY m.queue_id) AS queue_ids,
       ARRAY(SELECT m.team_id FROM team_member m WHERE m.user_id = a.id ORDER BY m.team_id) AS team_ids
FROM agent a JOIN user_account u ON u.id = a.id
WHERE u.disabled_at IS NULL AND a.id > $1 AND ($3::bigint IS NULL OR EXISTS
  (SELECT FROM membership m WHERE m.agent_id = a.id AND m.queue_id = $3))
ORDER BY a.id LIMIT $2

-- name: find
-- One of them.
SELECT a.id, u.name, u.role, a.presence, a.presence_reason, a.presence_since, a.capacity, a.load, a.version,
       ARRAY(SELECT m.queue_id FROM membership m WHERE m.agent_id = a.id ORDER BY m.queue_id) AS queue_ids,
       ARRAY(SELECT m.team_id FROM team_member m WHERE m.user_id = a.id ORDER BY m.team_id) AS team_ids
FROM agent a JOIN user_account u ON u.id = a.id WHERE a.id = $1
