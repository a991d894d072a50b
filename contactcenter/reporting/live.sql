-- name: queues
-- The queues this person leads, an administrator all, with how many of their agents are there, and could be offered something.
SELECT q.id AS queue_id, q.name, q.tier::int AS tier,
       (SELECT count(*) FROM membership m JOIN agent a ON a.id = m.agent_id
        WHERE m.queue_id = q.id AND a.presence <> 'offline')::int AS agents,
       (SELECT count(*) FROM membership m JOIN agent a ON a.id = m.agent_id
        WHERE m.queue_id = q.id AND a.presence = 'available' AND a.load < a.capacity)::int AS available
FROM user_account u CROSS JOIN LATERAL viewer(u.id) v
JOIN queue q ON v.is_admin OR u.role = 'supervisor' AND q.team_id = ANY (v.teams)
WHERE u.id = $1 ORDER BY q.tier, q.name, q.id

-- name: waiting
-- What waits in these queues at $2: how many, by the ages that begin at $3 seconds, and the one that waits longest.
WITH aged AS (
  SELECT t.queue_id, t.id, t.enqueued_at, t.live_call_id,
         greatest(width_bucket(extract(epoch FROM $2 - t.enqueued_at)::int, $3::int[]), 1) AS place,
         EXISTS (SELECT FROM callback k WHERE k.ticket_id = t.id AND k.ended_at IS NULL) AS is_called_back
  FROM ticket t WHERE t.state = 'waiting' AND t.queue_id = ANY ($1::bigint[])
), counted AS (
  SELECT a.queue_id, a.place, count(*)::int AS n, min(a.enqueued_at) AS since_at,
         (array_agg(a.id ORDER BY a.enqueued_at, a.id))[1] AS ticket_id,
         count(*) FILTER (WHERE a.live_call_id IS NOT NULL)::int AS calls,
         count(*) FILTER (WHERE a.is_called_back)::int AS callbacks
  FROM aged a GROUP BY a.queue_id, a.place
)
SELECT c.queue_id, sum(c.n)::int AS waiting,
       ARRAY(SELECT coalesce(x.n, 0) FROM unnest($3::int[]) WITH ORDINALITY AS b(begins, place)
             LEFT JOIN counted x ON x.queue_id = c.queue_id AND x.place = b.place ORDER BY b.place) AS by_age,
       min(c.since_at) AS since_at, (array_agg(c.ticket_id ORDER BY c.since_at, c.ticket_id))[1] AS ticket_id,
       sum(c.calls)::int AS calls, sum(c.callbacks)::int AS callbacks
FROM counted c GROUP BY c.queue_id

-- name: talking
-- With how many customers of tickets in these queues somebody talks on the telephone.
SELECT count(*)::int FROM ticket t WHERE t.state = 'assigned' AND t.live_call_id IS NOT NULL AND t.queue_id = ANY ($1::bigint[])

-- name: agents
-- Who of those whom this person sees is there: an administrator all, a supervisor those of his teams, everybody himself.
SELECT a.id AS agent_id, u.name, a.presence, a.presence_reason, a.presence_since, a.load, a.capacity
FROM user_account s CROSS JOIN LATERAL viewer(s.id) v
JOIN agent a ON a.presence <> 'offline'
JOIN user_account u ON u.id = a.id
WHERE s.id = $1 AND (v.is_admin OR a.id = s.id OR s.role = 'supervisor' AND EXISTS (
  SELECT FROM team_member m WHERE m.user_id = a.id AND m.team_id = ANY (v.teams)))
ORDER BY a.presence, u.name, a.id

-- name: at_risk_n
-- How many promises run and are due in a window, of what this person may read.
SELECT count(*)::int
FROM viewer($1) v, sla_clock k JOIN ticket t ON t.id = k.ticket_id
WHERE k.ended_at IS NULL AND k.due_at IS NOT NULL AND k.due_at >= $2 AND k.due_at <= $3
  AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)
