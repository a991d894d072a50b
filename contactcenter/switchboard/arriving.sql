-- name: door
-- Which of our addresses was called; whether the ticket that he would go on in is another call's: behind one number there may be a
-- whole company.
SELECT e.address, EXISTS (
  SELECT FROM identity i JOIN call c ON c.contact_id = i.contact_id AND c.ended_at IS NULL JOIN ticket t ON t.id = c.ticket_id
  WHERE i.kind = $2 AND i.value = $3 AND t.intake_queue_id = e.queue_id) AS is_taken
FROM entry_point e WHERE e.id = $1
