-- name: forget_promises
-- Nobody is called back about what is over.
WITH over AS (
  UPDATE ticket SET needs_phone = false
  WHERE id = ANY ($1::bigint[]) AND state IN ('solved', 'closed') AND live_call_id IS NULL
  RETURNING id, contact_id, team_ids, state, queue_id, tier, version
)
UPDATE callback SET state = 'cancelled', ended_because = 'solved', ended_at = $2, version = callback.version + 1
FROM over WHERE callback.ticket_id = over.id AND callback.ended_at IS NULL
RETURNING callback.id, over.id AS ticket_id, over.contact_id, over.team_ids, over.state, over.queue_id, over.tier::int AS tier,
  over.version

-- name: adopt
-- Who was in the room already, because a colleague had asked him, has the ticket now: his telephone is that of his offer.
UPDATE call_leg SET offer_id = o.id, accepted_at = coalesce(call_leg.accepted_at, $2)
FROM ticket t JOIN offer o ON o.ticket_id = t.id AND o.state = 'accepted'
WHERE t.id = ANY ($1::bigint[]) AND call_leg.call_id = t.live_call_id AND call_leg.user_id = o.agent_id AND call_leg.party = 'agent'
  AND call_leg.offer_id IS NULL AND call_leg.ended_at IS NULL

-- name: forget
-- Nobody was rung up yet, and nobody is to be: the telephone is free at once.
WITH over AS (
  SELECT l.id FROM call_leg l JOIN call c ON c.id = l.call_id JOIN offer o ON o.id = l.offer_id
  WHERE c.ticket_id = ANY ($1::bigint[]) AND l.ended_at IS NULL AND l.state = 'wanted' AND o.ended_at IS NOT NULL
), called_off AS (
  UPDATE call_command SET state = 'refused', error = 'the offer is over', done_at = $2
  FROM over WHERE call_command.leg_id = over.id AND call_command.verb = 'offer' AND call_command.state = 'queued'
  RETURNING call_command.leg_id
)
UPDATE call_leg SET state = 'ended', ended_at = $2, end_reason = 'canceled' FROM called_off, call c
WHERE call_leg.id = called_off.leg_id AND c.id = call_leg.call_id
RETURNING CASE WHEN c.direction = 'outbound' THEN c.id ELSE 0 END AS call_id

-- name: hold
-- Whose agent lets go of him hears music, until the next one is there.
INSERT INTO call_command (call_id, leg_id, verb, due_at, created_at)
SELECT c.id, l.id, 'hold', $2, $2 FROM ticket t JOIN call c ON c.id = t.live_call_id AND c.ended_at IS NULL
JOIN call_leg l ON l.call_id = c.id AND l.party = 'customer' AND l.state = 'joined'
WHERE t.id = ANY ($1::bigint[]) AND t.state IN ('waiting', 'offered')
  AND (SELECT b.verb FROM call_command b WHERE b.call_id = c.id AND b.verb IN ('hold', 'unhold', 'connect')
       AND b.state IN ('queued', 'sending', 'done') ORDER BY b.id DESC LIMIT 1) IS DISTINCT FROM 'hold'
  AND NOT EXISTS (SELECT FROM call_leg a WHERE a.call_id = c.id AND a.ended_at IS NULL
                  AND CASE WHEN a.offer_id IS NULL THEN a.party IN ('agent', 'number') AND a.state = 'joined'
                           ELSE a.accepted_at IS NOT NULL
                                AND EXISTS (SELECT FROM offer o WHERE o.id = a.offer_id AND o.state = 'pending') END)
ORDER BY c.id

-- name: hang_up
-- Whose offer is over: out of the room where he had pressed the key, where he hears why; else his telephone stops ringing.
INSERT INTO call_command (call_id, leg_id, verb, due_at, created_at)
SELECT l.call_id, l.id, CASE WHEN l.accepted_at IS NOT NULL THEN 'remove' ELSE 'hang_up' END, $2, $2
FROM call c JOIN call_leg l ON l.call_id = c.id AND l.ended_at IS NULL AND l.party = 'agent' JOIN offer o ON o.id = l.offer_id
WHERE c.ticket_id = ANY ($1::bigint[]) AND o.ended_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM call_command b WHERE b.leg_id = l.id AND b.verb IN ('remove', 'hang_up')
                  AND b.state IN ('queued', 'sending', 'done'))
ORDER BY l.id

-- name: begin_callbacks
-- Who is to be called back is, by whoever is asked now: his call begins with the agent's telephone.
WITH wanted AS (
  SELECT t.id AS ticket_id, b.id AS callback_id, b.entry_point_id, b.address, b.language, t.contact_id, t.queue_id
  FROM ticket t JOIN offer o ON o.ticket_id = t.id AND o.state = 'pending' JOIN callback b ON b.ticket_id = t.id AND b.ended_at IS NULL
  WHERE t.id = ANY ($1::bigint[]) AND t.needs_phone
    AND NOT EXISTS (SELECT FROM call c WHERE c.id = t.live_call_id AND c.ended_at IS NULL)
), begun AS (
  INSERT INTO call (entry_point_id, direction, address_kind, address, contact_id, ticket_id, callback_id, state, language, queue_id, began_at)
  SELECT entry_point_id, 'outbound', 'phone', address, contact_id, ticket_id, callback_id, 'dialling', language, queue_id, $2
  FROM wanted ORDER BY ticket_id
  RETURNING id, ticket_id
), kept AS (
  UPDATE callback SET state = 'calling', version = version + 1 FROM wanted WHERE callback.id = wanted.callback_id
)
UPDATE ticket SET live_call_id = begun.id FROM begun WHERE ticket.id = begun.ticket_id

-- name: ring
-- Whoever is offered a call is rung up, for as long as it is offered.
WITH wanted AS (
  SELECT o.id AS offer_id, o.agent_id, o.offered_at, o.expires_at, a.phone_address, t.live_call_id, c.callback_id
  FROM ticket t JOIN call c ON c.id = t.live_call_id AND c.ended_at IS NULL
  JOIN offer o ON o.ticket_id = t.id AND o.state = 'pending'
  JOIN agent a ON a.id = o.agent_id
  WHERE t.id = ANY ($1::bigint[]) AND a.phone_address IS NOT NULL
    AND NOT EXISTS (SELECT FROM call_leg l WHERE l.offer_id = o.id)
), rung AS (
  INSERT INTO call_leg (call_id, party, user_id, address, purpose, offer_id, state, began_at)
  SELECT live_call_id, 'agent', agent_id, phone_address, CASE WHEN callback_id IS NULL THEN 'offer' ELSE 'callback' END, offer_id,
         'wanted', $2
  FROM wanted ORDER BY offer_id
  RETURNING id, call_id, offer_id
)
INSERT INTO call_command (call_id, leg_id, verb, arguments, due_at, created_at)
SELECT r.call_id, r.id, 'offer', jsonb_build_object('name', 'offer', 'timeout_s',
         greatest(1, round(extract(epoch FROM w.expires_at - w.offered_at)))::int), $2, $2
FROM rung r JOIN wanted w ON w.offer_id = r.offer_id ORDER BY r.id

-- name: has_rung_in_vain
-- Not where it was never dialled, and not where he pressed the key and the customer did not come.
SELECT EXISTS (SELECT FROM call_leg WHERE offer_id = $1 AND state <> 'wanted' AND end_reason IS DISTINCT FROM 'canceled'
               AND accepted_at IS NULL) AS has

-- name: is_reachable
-- As the router asks: see seek.candidates.
SELECT EXISTS (SELECT FROM agent a WHERE a.id = $1 AND a.phone_address IS NOT NULL
  AND NOT EXISTS (SELECT FROM call_leg l WHERE l.user_id = a.id AND l.ended_at IS NULL)) AS is_reachable

-- name: rings_s
-- As the router has it: see seek.candidates.
SELECT coalesce((offer_timeouts ->> 'phone')::int, least(20, offer_timeout_s)) AS rings_s FROM queue WHERE id = $1

-- name: is_in_call
-- Whether his telephone is in the room of this call.
SELECT EXISTS (SELECT FROM call_leg WHERE call_id = $1 AND user_id = $2 AND party = 'agent' AND state = 'joined') AS is_in_call
