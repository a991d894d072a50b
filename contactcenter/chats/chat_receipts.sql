-- name: hold
-- Who of them can be written to now: another transaction may hold several visitors in another order.
SELECT id FROM chat_visitor WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED

-- name: move
-- How far many visitors are, and which messages of ours that tells of: those between where each was and where he
-- is now. The rows are locked; what is not new touches nothing.
WITH held AS (
  SELECT v.id, v.received_sequence, v.seen_sequence,
         least(greatest(m.received, m.seen), v.last_sequence) AS received, least(m.seen, v.last_sequence) AS seen
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m(visitor_id, received, seen)
  CROSS JOIN LATERAL (
    SELECT id, last_sequence, received_sequence, seen_sequence FROM chat_visitor
    WHERE chat_visitor.id = m.visitor_id
      AND (received_sequence < greatest(m.received, m.seen) OR seen_sequence < m.seen)
    LIMIT 1) v
), moved AS (
  UPDATE chat_visitor SET received_sequence = greatest(held.received_sequence, held.received),
    seen_sequence = greatest(held.seen_sequence, held.seen)
  FROM held WHERE chat_visitor.id = held.id
  RETURNING chat_visitor.id, held.received_sequence AS received_before, held.seen_sequence AS seen_before,
            chat_visitor.received_sequence, chat_visitor.seen_sequence
)
SELECT l.correlation_id, l.sequence <= moved.seen_sequence AS is_seen
FROM moved CROSS JOIN LATERAL (
  SELECT sequence, correlation_id FROM chat_line
  WHERE chat_line.visitor_id = moved.id AND chat_line.correlation_id IS NOT NULL
    AND chat_line.sequence > least(moved.received_before, moved.seen_before)
    AND chat_line.sequence <= moved.received_sequence
  ORDER BY sequence) l
WHERE l.sequence > moved.received_before OR l.sequence <= moved.seen_sequence
