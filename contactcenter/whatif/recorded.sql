-- name: legs
-- Every leg of each episode that was open at some time of the span, with what is known of its ticket.
WITH touched AS (
  SELECT DISTINCT l.ticket_id, l.episode FROM leg l
  WHERE l.from_at < $2 AND (l.to_at IS NULL OR l.to_at > $1)
)
SELECT l.ticket_id, l.episode, l.queue_id, l.agent_id, l.from_at, l.to_at, l.ended_by, t.channel, t.weight, t.entry_point_id
FROM touched JOIN leg l ON l.ticket_id = touched.ticket_id AND l.episode = touched.episode
JOIN ticket t ON t.id = l.ticket_id
ORDER BY l.ticket_id, l.episode, l.id
LIMIT $3

-- name: work
-- What agents accepted of these tickets, and how long they were there for it from the start of the span until now.
SELECT o.ticket_id, o.agent_id, o.offered_at, o.answered_at, o.ended_at,
  coalesce((SELECT sum(extract(epoch FROM least(coalesce(p.to_at, $3), coalesce(o.ended_at, $3), $3)
                                        - greatest(p.from_at, o.answered_at, $2)))
            FROM presence_interval p
            WHERE p.agent_id = o.agent_id AND p.presence IN ('available', 'wrap_up', 'draining')
              AND p.from_at < least(coalesce(o.ended_at, $3), $3)
              AND coalesce(p.to_at, $3) > greatest(o.answered_at, $2)), 0)::float8 AS worked_s
FROM offer o
WHERE o.ticket_id = ANY ($1::bigint[]) AND o.answered_at IS NOT NULL AND o.state IN ('accepted', 'ended')
ORDER BY o.ticket_id, o.id

-- name: presences
-- Where agents were in the span.
SELECT p.agent_id, p.presence, greatest(p.from_at, $1) AS from_at, least(coalesce(p.to_at, $2), $2) AS to_at
FROM presence_interval p
WHERE p.from_at < $2 AND coalesce(p.to_at, $2) > $1 AND p.presence <> 'offline'
ORDER BY p.agent_id, p.from_at, p.id

-- name: entered
-- What tickets were granted when they came into their queues, and what was known of them.
SELECT e.ticket_id, e.at, e.agent_id AS solver_id, coalesce(e.data -> 'credits', '{}') AS credits, e.data ->> 'temperament' AS temperament,
       e.data ->> 'language' AS language
FROM event e
WHERE e.ticket_id = ANY ($1::bigint[]) AND e.kind IN ('ticket_queued', 'ticket_reopened') AND e.at < $2
ORDER BY e.ticket_id, e.id

-- name: first_offers
-- At whom each ticket rang first in the span, and when.
SELECT DISTINCT ON (o.ticket_id) o.ticket_id, o.agent_id, o.offered_at
FROM offer o
WHERE o.ticket_id = ANY ($1::bigint[]) AND o.offered_at >= $2 AND o.offered_at < $3
ORDER BY o.ticket_id, o.id

-- name: agents
-- Who there is, and how much each takes.
SELECT a.id, u.email, u.name, a.capacity FROM agent a JOIN user_account u ON u.id = a.id ORDER BY a.id
