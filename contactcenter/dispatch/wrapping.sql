-- name: begin
-- Who talked and has left has so long from then on, as his queue says; not whose customer hung up before he came.
-- By the provider's time, but from now on at the latest: its clock may be ahead of ours.
UPDATE call_leg SET wraps_up_until = least(greatest(call_leg.joined_at, call_leg.ended_at), $3)
  + coalesce((SELECT nullif(q.wrap_up_s, 0) FROM offer o JOIN queue q ON q.id = o.queue_id WHERE o.id = call_leg.offer_id), $2::int) * interval '1 second'
WHERE call_id = $1 AND party = 'agent' AND ended_at IS NOT NULL AND joined_at IS NOT NULL AND wraps_up_until IS NULL
  AND (purpose <> 'offer' OR EXISTS (SELECT FROM offer o WHERE o.id = call_leg.offer_id AND o.state IN ('accepted', 'ended')))
RETURNING user_id, wraps_up_until AS until_at

-- name: end
-- He is done, or the time is over; with the tickets of these calls that he holds and whose calls are over.
WITH done AS (
  UPDATE call_leg SET wrapped_up_at = $2 WHERE user_id = $1 AND wraps_up_until IS NOT NULL AND wrapped_up_at IS NULL
  RETURNING id, call_id, external_id, offer_id
)
SELECT done.id AS leg_id, done.call_id, done.external_id, t.id AS ticket_id
FROM done LEFT JOIN offer o ON o.id = done.offer_id AND o.state = 'accepted'
LEFT JOIN ticket t ON t.id = o.ticket_id AND t.state = 'assigned' AND t.live_call_id IS NULL
ORDER BY done.id

-- name: is_of
-- Whether what the agent wraps up is a call of one of these tickets.
SELECT EXISTS (SELECT FROM call_leg l JOIN call c ON c.id = l.call_id
  WHERE l.user_id = $1 AND l.wraps_up_until IS NOT NULL AND l.wrapped_up_at IS NULL AND c.ticket_id = ANY ($2::bigint[])) AS is_of
