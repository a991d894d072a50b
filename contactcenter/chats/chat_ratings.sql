-- name: rateable
-- The conversation of a visitor and whom he would rate; his row is locked, so that he begins no other meanwhile.
SELECT t.id AS ticket_id, t.episode, t.contact_id, t.team_ids, v.ended_at IS NOT NULL AS has_ended, t.spam, l.agent_id
FROM chat_visitor v JOIN ticket t ON t.id = v.ticket_id
LEFT JOIN LATERAL leg_to_thank(t.id, t.episode) l ON true
WHERE v.id = $1 FOR NO KEY UPDATE OF v

-- name: put
-- Once an episode, whoever of its visitors was first.
INSERT INTO chat_rating (ticket_id, episode, visitor_id, score, comment, given_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT chat_rating_is_given_once_an_episode DO NOTHING
RETURNING id

-- name: of_ticket
-- What was thought of a ticket, the first episode first, and whose that was.
SELECT r.id, r.ticket_id, r.episode, r.score::int AS score, r.comment, r.given_at, l.agent_id, u.name AS agent_name,
       l.queue_id, l.tier::int AS tier
FROM chat_rating r
LEFT JOIN LATERAL leg_to_thank(r.ticket_id, r.episode) l ON true LEFT JOIN user_account u ON u.id = l.agent_id
WHERE r.ticket_id = $1 ORDER BY r.episode

-- name: page
-- What was thought of tickets this person may read, the newest first; filters may be NULL.
SELECT r.id, r.ticket_id, r.episode, r.score::int AS score, r.comment, r.given_at, l.agent_id, u.name AS agent_name,
       l.queue_id, l.tier::int AS tier
FROM viewer($1) v, chat_rating r JOIN ticket t ON t.id = r.ticket_id
LEFT JOIN LATERAL leg_to_thank(r.ticket_id, r.episode) l ON true LEFT JOIN user_account u ON u.id = l.agent_id
WHERE r.id < $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)
  AND ($4::bigint IS NULL OR l.agent_id = $4) AND ($5::int IS NULL OR r.score <= $5)
ORDER BY r.id DESC LIMIT $3
