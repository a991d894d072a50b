-- name: place
-- Where a ticket stands among those that wait in its queue; what rings at an agent is the next.
SELECT t.queue_id,
  CASE t.state WHEN 'offered' THEN 1 WHEN 'waiting' THEN
    (SELECT count(*)::int + 1 FROM ticket o
     WHERE o.queue_id = t.queue_id AND o.state = 'waiting' AND o.rank_us <= t.rank_us AND (o.rank_us, o.id) < (t.rank_us, t.id))
  END AS position
FROM ticket t WHERE t.id = $1
