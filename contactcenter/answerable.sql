-- name: asked_since
-- Whether somebody wrote about a problem after an instant: he himself, not his machine.
SELECT EXISTS (SELECT FROM interaction i WHERE i.ticket_id = $1 AND i.identity_id = $2 AND i.direction = 'inbound'
               AND i.kind = 'message' AND i.received_at > $3::timestamptz) AS asked_since
