-- name: untriaged_tickets
-- The tickets with messages nobody has looked at, oldest message first.
SELECT ticket_id FROM (
  SELECT DISTINCT ON (ticket_id) ticket_id, id FROM (
    SELECT ticket_id, id FROM interaction
    WHERE direction = 'inbound' AND triaged_at IS NULL ORDER BY id LIMIT $1) AS oldest
  ORDER BY ticket_id, id) AS firsts
ORDER BY id

-- name: claim
-- One at a time per ticket and per person: whoever else is at one of these is not waited for.
-- Where messages tell their conversation a ticket has no entry queue of its own: its entry point's is it.
SELECT t.id, t.contact_id, t.state, t.channel, t.temperament, t.language, t.entry_point_id, t.queue_id,
       coalesce(t.intake_queue_id, e.queue_id) AS entry_queue_id, t.subject, p.opted_out_at IS NOT NULL AS opted_out
FROM ticket t JOIN contact c ON c.id = t.contact_id LEFT JOIN entry_point e ON e.id = t.entry_point_id
LEFT JOIN contact_temperament p ON p.contact_id = t.contact_id
WHERE t.id = ANY($1::bigint[]) ORDER BY t.id FOR NO KEY UPDATE OF t, c SKIP LOCKED

-- name: messages
-- The new messages of the claimed tickets, of the oldest of all: a backlog is not read from end to end.
-- Of a call there are no words: where its menu led, and what was entered there.
SELECT m.id, m.ticket_id, m.kind IN ('message', 'call', 'voicemail') AS counts, NOT m.details ? 'participant' AS by_contact,
       m.body, m.received_at, clock_timestamp() - m.received_at AS waited, m.kind = 'message' AS is_text,
       CASE m.kind WHEN 'call' THEN c.id END AS call_id, c.queue_id, c.language, coalesce(c.service_tag, '') AS service_tag
FROM (SELECT id, ticket_id, kind, details, body, received_at FROM interaction
      WHERE direction = 'inbound' AND triaged_at IS NULL ORDER BY id LIMIT $2) AS m
LEFT JOIN call c ON c.id = CASE WHEN m.kind IN ('call', 'voicemail') THEN (m.details->>'call_id')::bigint END
WHERE m.ticket_id = ANY($1::bigint[]) ORDER BY m.id

-- name: turns
-- What was said in these tickets up to the new messages, those among it: not what no person, or somebody else, wrote.
SELECT m.ticket_id, m.id, m.direction, m.channel, m.body, m.occurred_at
FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS n(ticket_id, last_id, size) CROSS JOIN LATERAL (
  SELECT i.ticket_id, i.id, i.direction, i.kind, i.channel, i.body, i.occurred_at, i.details FROM interaction i
  WHERE i.ticket_id = n.ticket_id AND i.id <= n.last_id ORDER BY i.id DESC LIMIT n.size) AS m
WHERE m.direction IN ('inbound', 'outbound') AND m.kind = 'message' AND NOT m.details ? 'participant'
ORDER BY m.ticket_id, m.occurred_at, m.id

-- name: settle
-- Messages on tickets that stay where they are need no routing: marked at once, in one statement.
WITH settled AS (
  UPDATE ticket SET last_customer_message_at = greatest(last_customer_message_at, n.received_at)
  FROM unnest($1::bigint[], $2::timestamptz[]) AS n(ticket_id, received_at)
  WHERE ticket.id = n.ticket_id RETURNING ticket.id)
UPDATE interaction SET triaged_at = clock_timestamp()
WHERE id = ANY($3::bigint[]) AND ticket_id IN (SELECT id FROM settled) AND triaged_at IS NULL
