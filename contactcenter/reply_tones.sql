-- name: of_ticket
-- Who will read an answer: his name, how to treat him, what he reads and what he said last.
SELECT c.name AS contact_name, t.temperament, coalesce(said.value, c.language, t.language) AS language, heard.words,
       EXISTS (SELECT FROM ticket o WHERE o.contact_id = t.contact_id AND o.state NOT IN ('solved', 'closed')
                 AND o.last_customer_message_at IS NOT NULL) AS matter_is_open
FROM ticket t JOIN contact c ON c.id = t.contact_id
LEFT JOIN LATERAL (SELECT s.value FROM effective_segments(t.contact_id, $2) AS s WHERE s.kind = 'language' LIMIT 1) AS said ON true
LEFT JOIN LATERAL (
  SELECT left(i.body, 8000) AS words FROM interaction i
  WHERE i.ticket_id = t.id AND i.direction = 'inbound' AND i.kind = 'message' ORDER BY i.id DESC LIMIT 1) AS heard ON true
WHERE t.id = $1

-- name: of_contact
-- The same where nobody has written yet.
SELECT c.name AS contact_name, temperament_of(c.id, $2) AS temperament, coalesce(said.value, c.language) AS language,
       NULL::text AS words,
       EXISTS (SELECT FROM ticket o WHERE o.contact_id = c.id AND o.state NOT IN ('solved', 'closed')
                 AND o.last_customer_message_at IS NOT NULL) AS matter_is_open
FROM contact c
LEFT JOIN LATERAL (SELECT s.value FROM effective_segments(c.id, $2) AS s WHERE s.kind = 'language' LIMIT 1) AS said ON true
WHERE c.id = $1 AND c.merged_into_id IS NULL

-- name: put
-- Whether a reply kept to the guidance, by the temperament its ticket carried then.
INSERT INTO reply_tone (interaction_id, ticket_id, temperament, rules, written_at) VALUES ($1, $2, $3, $4, $5)
