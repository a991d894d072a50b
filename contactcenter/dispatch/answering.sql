-- name: rung
-- A telephone that rings, or talks, for an offer; the customer's last one in the same call, unless he is to be dialled
-- yet, and whether he has hung up.
SELECT l.id AS leg_id, l.call_id, c.ticket_id, l.user_id, l.offer_id, c.callback_id, l.accepted_at,
       x.id AS customer_leg_id, c.ended_at IS NOT NULL OR x.ended_at IS NOT NULL AS customer_is_gone
FROM call_leg l JOIN call c ON c.id = l.call_id AND c.ticket_id IS NOT NULL
LEFT JOIN LATERAL (SELECT y.id, y.ended_at FROM call_leg y WHERE y.call_id = c.id AND y.party = 'customer'
                   ORDER BY y.id DESC LIMIT 1) AS x ON true
WHERE l.id = $1 AND l.party = 'agent' AND l.offer_id IS NOT NULL

-- name: accept_at
-- He pressed the key.
UPDATE call_leg SET accepted_at = $2 WHERE id = $1

-- name: came_in_vain
-- He pressed the key, and the offer was over before the customer was there.
SELECT l.accepted_at IS NOT NULL AND o.state IN ('withdrawn', 'rescinded') AS came_in_vain
FROM call_leg l JOIN offer o ON o.id = l.offer_id WHERE l.id = $1
