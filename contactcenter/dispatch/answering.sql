-- name: rung
-- A telephone that rings, or talks, for an offer; the customer's in the same call, unless he is to be dialled yet.
SELECT l.id AS leg_id, l.call_id, c.ticket_id, l.user_id, l.offer_id, c.callback_id, l.accepted_at,
       (SELECT x.id FROM call_leg x WHERE x.call_id = l.call_id AND x.party = 'customer' AND x.ended_at IS NULL
        ORDER BY x.id DESC LIMIT 1) AS customer_leg_id
FROM call_leg l JOIN call c ON c.id = l.call_id AND c.ticket_id IS NOT NULL
WHERE l.id = $1 AND l.party = 'agent' AND l.offer_id IS NOT NULL

-- name: accept_at
-- He pressed the key.
UPDATE call_leg SET accepted_at = $2 WHERE id = $1

-- name: came_in_vain
-- He pressed the key, and the offer was over before the customer was there.
SELECT l.accepted_at IS NOT NULL AND o.state IN ('withdrawn', 'rescinded') AS came_in_vain
FROM call_leg l JOIN offer o ON o.id = l.offer_id WHERE l.id = $1
