-- name: find
-- A question that was sent, and who is thanked for the episode.
SELECT s.id, s.state, s.ticket_id, s.episode, t.contact_id, t.team_ids, l.agent_id, s.language, s.expires_at
FROM survey s JOIN ticket t ON t.id = s.ticket_id LEFT JOIN LATERAL leg_to_thank(s.ticket_id, s.episode) l ON true
WHERE s.id = $1 AND s.state IN ('sent', 'answered', 'expired')

-- name: lock
-- The same; nobody else answers it meanwhile.
SELECT s.id, s.state, s.ticket_id, s.episode, t.contact_id, t.team_ids, l.agent_id, s.language, s.expires_at
FROM survey s JOIN ticket t ON t.id = s.ticket_id LEFT JOIN LATERAL leg_to_thank(s.ticket_id, s.episode) l ON true
WHERE s.id = $1 AND s.state IN ('sent', 'answered', 'expired') FOR UPDATE OF s

-- name: answer
-- The row is locked, and open.
UPDATE survey SET state = 'answered', score = $2, answered_by = $3, answered_at = $4, changed_at = $4 WHERE id = $1
