-- name: of_ticket
-- What was asked about a ticket, the first episode first, and whose that was.
SELECT s.id, s.ticket_id, s.episode, s.state, s.reason, s.due_at, s.channel, s.language, s.sent_at, s.expires_at, s.score::int AS score,
       s.answered_by, s.answered_at, l.agent_id, u.name AS agent_name, l.queue_id, l.tier::int AS tier
FROM survey s
LEFT JOIN LATERAL leg_to_thank(s.ticket_id, s.episode) l ON true LEFT JOIN user_account u ON u.id = l.agent_id
WHERE s.ticket_id = $1 ORDER BY s.episode
