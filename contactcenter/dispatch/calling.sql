-- name: call_now
-- A call and the customer's last telephone in it.
SELECT c.id, c.ticket_id, c.interaction_id, c.callback_id, c.ended_at IS NOT NULL AS is_over, l.id AS customer_leg_id,
       l.state AS customer_state, l.end_reason AS customer_end_reason, l.joined_at IS NOT NULL AS customer_came
FROM call c LEFT JOIN LATERAL (SELECT x.id, x.state, x.end_reason, x.joined_at FROM call_leg x WHERE x.call_id = c.id AND x.party = 'customer'
                               ORDER BY x.id DESC LIMIT 1) AS l ON true
WHERE c.id = $1

-- name: telephones
-- The telephones of agents in a call, in order.
SELECT id, user_id, offer_id, state, end_reason, accepted_at, joined_at, ended_at FROM call_leg
WHERE call_id = $1 AND party = 'agent' ORDER BY id

-- name: is_fresh
-- Whether the ticket is about this call alone, and nobody ever had it.
SELECT NOT EXISTS (SELECT FROM interaction i WHERE i.ticket_id = $1 AND i.id IS DISTINCT FROM $2 AND i.direction = 'inbound')
   AND NOT EXISTS (SELECT FROM leg l WHERE l.ticket_id = $1 AND l.agent_id IS NOT NULL)
   AND NOT EXISTS (SELECT FROM callback b WHERE b.ticket_id = $1) AS is_fresh

-- name: others_talk
-- Whether somebody besides customer and supervisors is in the call, or on his way.
SELECT EXISTS (SELECT FROM call_leg WHERE call_id = $1 AND party IN ('agent', 'number') AND ended_at IS NULL) AS others_talk

-- name: hang_up_customer
-- The call is over for us; nobody is left alone on the line. Once.
INSERT INTO call_command (call_id, leg_id, verb, due_at, created_at)
SELECT l.call_id, l.id, 'hang_up', $2, $2 FROM call_leg l
WHERE l.call_id = $1 AND l.party = 'customer' AND l.ended_at IS NULL
  AND NOT EXISTS (SELECT FROM call_command b WHERE b.leg_id = l.id AND b.verb = 'hang_up' AND b.state IN ('queued', 'sending', 'done'))

-- name: let_agents_go
-- The customer never came, or never answered: who waits for him in the room is let go. Once.
INSERT INTO call_command (call_id, leg_id, verb, due_at, created_at)
SELECT l.call_id, l.id, 'remove', $2, $2 FROM call_leg l
WHERE l.call_id = $1 AND l.party = 'agent' AND l.ended_at IS NULL
  AND NOT EXISTS (SELECT FROM call_command b WHERE b.leg_id = l.id AND b.verb IN ('remove', 'hang_up') AND b.state IN ('queued', 'sending', 'done'))
ORDER BY l.id

-- name: dial_customer
-- The agent is in the room: now the customer is dialled, unless he is still on the line on which he asked for it.
WITH dialled AS (
  INSERT INTO call_leg (call_id, party, address, purpose, state, began_at)
  SELECT c.id, 'customer', c.address, CASE WHEN c.callback_id IS NULL THEN 'outbound' ELSE 'callback' END, 'wanted', $2
  FROM call c
  WHERE c.ticket_id = $1 AND c.direction = 'outbound' AND c.ended_at IS NULL
    AND EXISTS (SELECT FROM call_leg a WHERE a.call_id = c.id AND a.party = 'agent' AND a.state = 'joined' AND a.accepted_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM call_leg l WHERE l.call_id = c.id AND l.party = 'customer')
    AND NOT EXISTS (SELECT FROM callback b JOIN call i ON i.id = b.asked_in_call_id WHERE b.id = c.callback_id AND i.ended_at IS NULL)
  RETURNING id, call_id
), counted AS (
  UPDATE callback SET attempts = attempts + 1, version = callback.version + 1 FROM dialled JOIN call c ON c.id = dialled.call_id
  WHERE callback.id = c.callback_id
)
INSERT INTO call_command (call_id, leg_id, verb, arguments, due_at, created_at)
SELECT call_id, id, 'offer', jsonb_build_object('name', 'join', 'timeout_s', $3::int), $2, $2 FROM dialled
