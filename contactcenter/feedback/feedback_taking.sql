-- name: known
-- Which of these were brought before.
SELECT source, external_id FROM feedback
WHERE (source, external_id) IN (SELECT k.source, k.external_id FROM unnest($1::text[], $2::text[]) AS k(source, external_id))

-- name: put
-- What is told, once each. What is told of a ticket is told of its contact.
INSERT INTO feedback (topic, attribute, polarity, score, words, contact_id, ticket_id, interaction_id, source, external_id,
                      given_at, received_at, owner_id, actor)
SELECT f.topic, f.attribute, f.polarity, f.score, f.words, coalesce(t.contact_id, f.contact_id), f.ticket_id,
       f.interaction_id, f.source, f.external_id, f.given_at, $1, f.owner_id, $2
FROM unnest($3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[],
            $11::text[], $12::text[], $13::timestamptz[], $14::bigint[])
  AS f(topic, attribute, polarity, score, words, contact_id, ticket_id, interaction_id, source, external_id, given_at, owner_id)
LEFT JOIN ticket t ON t.id = f.ticket_id
ORDER BY f.source, f.external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, contact_id, ticket_id, source, polarity

-- name: belongs
-- Whether a message is one of the ticket's.
SELECT EXISTS (SELECT FROM interaction WHERE id = $2 AND ticket_id = $1) AS belongs

-- name: contacts_there
-- Which of these contacts there are.
SELECT id FROM contact WHERE id = ANY ($1::bigint[])

-- name: tickets_there
-- Which of these tickets there are.
SELECT id FROM ticket WHERE id = ANY ($1::bigint[])
