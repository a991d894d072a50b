-- name: hold
-- Whose chats end with these tickets. Their rows are locked in order, for lines are numbered under these locks; a statement of its own,
-- so that the next one sees what others wrote before.
SELECT id, ticket_id FROM chat_visitor WHERE ticket_id = ANY ($1::bigint[]) AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE

-- name: end_all
-- The last line of visitors whose rows are locked. What was written to them before comes first, also where nobody has sent it yet: the
-- sender will find that they have it.
WITH held AS (
  SELECT v.id, v.last_sequence, v.address, v.ticket_id, h.ended_by
  FROM unnest($1::bigint[], $3::text[]) AS h (id, ended_by) JOIN chat_visitor v ON v.id = h.id
), owed AS (
  INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, correlation_id, at)
  SELECT h.id, h.last_sequence + row_number() OVER (PARTITION BY h.id ORDER BY i.id), 'message', i.id, o.correlation_id, $2
  FROM held h JOIN interaction i ON i.ticket_id = h.ticket_id AND i.direction = 'outbound' AND i.channel = 'webchat'
  JOIN identity d ON d.id = i.identity_id AND d.kind = 'chat' AND d.value = h.address
  JOIN outbox o ON o.interaction_id = i.id AND o.state IN ('queued', 'sending')
  WHERE NOT EXISTS (SELECT FROM chat_line l WHERE l.interaction_id = i.id AND l.visitor_id = h.id)
  RETURNING visitor_id, sequence
), ended AS (
  INSERT INTO chat_line (visitor_id, sequence, kind, at, ended_by)
  SELECT h.id, coalesce((SELECT max(sequence) FROM owed WHERE visitor_id = h.id), h.last_sequence) + 1, 'ended', $2, h.ended_by FROM held h
  RETURNING visitor_id, sequence
)
UPDATE chat_visitor SET ended_at = $2, last_sequence = e.sequence FROM ended e WHERE chat_visitor.id = e.visitor_id

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
         OR coalesce(bool_or(i.channel <> 'webchat' OR l.is_left), false) AS somebody_waits,
       coalesce(bool_or(i.triaged_at IS NULL), false) AS is_unheard
FROM interaction i LEFT JOIN chat_line l ON l.interaction_id = i.id WHERE i.ticket_id = $1 AND i.direction = 'inbound'
