-- name: asked
-- Who asks to be called back, and about what.
SELECT c.ticket_id, c.entry_point_id, c.address_kind, c.address, c.language,
       (SELECT l.external_id FROM call_leg l WHERE l.call_id = c.id AND l.party = 'customer' ORDER BY l.id LIMIT 1) AS leg
FROM call c WHERE c.id = $1
