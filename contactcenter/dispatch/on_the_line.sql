-- name: reweigh
-- Who holds it has so much more room: what he was given counts as much as it does now.
WITH held AS (
  UPDATE offer SET weight = $2 FROM (SELECT o.id, o.weight FROM offer o WHERE o.ticket_id = $1 AND o.state = 'accepted') AS former
  WHERE offer.id = former.id AND former.weight > $2
  RETURNING offer.agent_id, former.weight - $2::int AS less
)
UPDATE agent SET load = load - held.less FROM held WHERE agent.id = held.agent_id
