-- name: attentive
-- Whether somebody may read the ticket of a chat, may answer, and by which name; no row where he may not read it.
SELECT u.name, coalesce(t.agent_id = u.id OR u.role IN ('supervisor', 'admin'), false) AS may_answer,
       EXISTS (SELECT FROM chat_visitor c WHERE c.ticket_id = t.id) AS has_visitor
FROM user_account u CROSS JOIN LATERAL viewer(u.id) AS v JOIN ticket t ON t.id = $2
WHERE u.id = $1 AND u.disabled_at IS NULL
  AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)

-- name: note_read
-- How far an agent has read, for every visitor who has this message among his lines; it never goes back.
UPDATE chat_visitor c SET read_sequence = l.sequence
FROM chat_line l JOIN interaction i ON i.id = l.interaction_id
WHERE l.interaction_id = $2 AND i.ticket_id = $1 AND c.id = l.visitor_id AND c.read_sequence < l.sequence
RETURNING c.id
