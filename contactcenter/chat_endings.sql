-- name: end_all
-- The chats of these tickets are over: the last line says so. Their visitors' rows are locked in order, for lines are numbered under
-- these locks.
WITH standing AS (
  SELECT id FROM chat_visitor WHERE ticket_id = ANY ($1::bigint[]) AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE
), ended AS (
  UPDATE chat_visitor v SET ended_at = $2, last_sequence = v.last_sequence + 1
  FROM standing s, unnest($1::bigint[], $3::text[]) AS t (ticket_id, ended_by)
  WHERE v.id = s.id AND t.ticket_id = v.ticket_id
  RETURNING v.id, v.last_sequence, t.ended_by
)
INSERT INTO chat_line (visitor_id, sequence, kind, at, ended_by) SELECT id, last_sequence, 'ended', $2, ended_by FROM ended

-- name: begin_again
-- The problem came back, so nobody has ended anything.
UPDATE chat_visitor SET ended_at = NULL WHERE ticket_id = ANY ($1::bigint[]) AND ended_at IS NOT NULL

-- name: ticket_of
-- What a visitor's last message belongs to.
SELECT coalesce(ticket_id, 0) AS ticket_id FROM chat_visitor WHERE id = $1

-- name: end_one
-- A visitor ends his chat himself, once: until he writes again.
WITH ended AS (
  UPDATE chat_visitor SET ended_at = $3, last_sequence = last_sequence + 1
  WHERE id = $1 AND ticket_id = $2 AND ended_at IS NULL
  RETURNING id, last_sequence
)
INSERT INTO chat_line (visitor_id, sequence, kind, at, ended_by) SELECT id, last_sequence, 'ended', $3, 'visitor' FROM ended
RETURNING visitor_id

-- name: outlook
-- Whether anybody still waits for an answer to this ticket, and whether there is something nobody has looked at. He does who has not
-- ended his chat, who wrote by another channel, or who left a message to be answered later.
SELECT EXISTS (SELECT FROM chat_visitor v WHERE v.ticket_id = $1 AND v.ended_at IS NULL)
         OR EXISTS (SELECT FROM interaction i LEFT JOIN chat_line l ON l.interaction_id = i.id
                    WHERE i.ticket_id = $1 AND i.direction = 'inbound' AND (i.channel <> 'webchat' OR l.is_left)) AS somebody_waits,
       EXISTS (SELECT FROM interaction i
               WHERE i.ticket_id = $1 AND i.direction = 'inbound' AND i.triaged_at IS NULL) AS is_unheard
