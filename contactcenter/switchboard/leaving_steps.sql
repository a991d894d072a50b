-- name: promised_in
-- A call in which a callback was promised, whatever has become of it since; by its ticket, which has few.
SELECT b.id FROM call c JOIN callback b ON b.ticket_id = c.ticket_id AND b.asked_in_call_id = c.id
WHERE c.id = $1 ORDER BY b.id LIMIT 1
