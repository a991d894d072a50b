-- name: write
-- The header of a mail of ours, with its interaction; what was written is the interaction's body.
INSERT INTO mail (interaction_id, message_id, message_key, in_reply_to, "references", subject, "to", cc, kind,
                  automatic, bulk)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'person', $9, $10)

-- name: answered
-- The customer's newest mail of a ticket, else the newest of ours: not what machines said about mails.
SELECT m.message_id, m."references", m.subject
FROM interaction i JOIN mail m ON m.interaction_id = i.id
WHERE i.ticket_id = $1 AND m.message_id IS NOT NULL AND NOT m.automatic AND m.kind IN ('person', 'bulk', 'auto_reply')
ORDER BY i.direction = 'inbound' DESC, m.kind = 'person' DESC, i.id DESC LIMIT 1

-- name: subject
-- What a ticket is called.
SELECT subject FROM ticket WHERE id = $1

-- name: written
-- The header of a mail of ours.
SELECT m.message_id, i.ticket_id, m.subject, i.received_at AS written_at, m.in_reply_to, m."references", m.cc,
       m.automatic, m.bulk
FROM mail m JOIN interaction i ON i.id = m.interaction_id
WHERE m.interaction_id = $1 AND i.direction = 'outbound'

-- name: files
-- What goes with it, in order; uploaded files are always here.
SELECT name, sha256 FROM attachment WHERE interaction_id = $1 AND sha256 IS NOT NULL ORDER BY position, id
