-- name: at
-- Which of our addresses was called.
SELECT address FROM entry_point WHERE id = $1

-- name: is_taken
-- Whether the ticket that he would go on in is another call's: behind one number there may be a whole company.
SELECT EXISTS (
  SELECT FROM entry_point e JOIN identity i ON i.kind = $2 AND i.value = $3
  JOIN call c ON c.contact_id = i.contact_id AND c.ended_at IS NULL JOIN ticket t ON t.id = c.ticket_id
  WHERE e.id = $1 AND t.intake_queue_id = e.queue_id) AS is_taken
