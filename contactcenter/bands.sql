-- name: handled
-- What agents did with the tickets they let go of in a time: once for each stay, counted where it ended, and the time they worked
-- on it, which is not the customer's turn nor on hold. Solved for good: nobody had it again afterwards.
SELECT l.queue_id, l.agent_id, CASE WHEN $3::boolean THEN t.temperament ELSE '' END AS segment,
       (count(*) FILTER (WHERE d.is_last))::int AS handled,
       (count(*) FILTER (WHERE d.is_last AND l.ended_by = 'solved' AND NOT d.came_back))::int AS solved,
       sum(d.worked_s)::float8 AS worked_s
FROM leg l JOIN ticket t ON t.id = l.ticket_id AND NOT t.spam
CROSS JOIN LATERAL (
  SELECT extract(epoch FROM coalesce((
           SELECT min(e.at) FROM event e WHERE e.ticket_id = l.ticket_id AND e.kind IN ('ticket_pending', 'ticket_held')
             AND e.at >= l.from_at AND e.at <= l.to_at), l.to_at) - l.from_at) AS worked_s,
         NOT EXISTS (SELECT FROM leg n WHERE n.ticket_id = l.ticket_id AND n.id > l.id AND n.episode = l.episode
                       AND n.agent_id = l.agent_id AND n.queue_id = l.queue_id) AS is_last,
         EXISTS (SELECT FROM leg n WHERE n.ticket_id = l.ticket_id AND n.episode > l.episode) AS came_back) d
WHERE l.agent_id IS NOT NULL AND l.to_at >= $1 AND l.to_at < $2
GROUP BY l.queue_id, l.agent_id, segment

-- name: members
-- Who serves which queue.
SELECT queue_id, agent_id FROM membership ORDER BY queue_id, agent_id

-- name: computed_at
-- When bands were last computed.
SELECT max(computed_at) AS computed_at FROM agent_band

-- name: forget
-- What was computed before.
DELETE FROM agent_band

-- name: put
-- What was computed now.
INSERT INTO agent_band (queue_id, agent_id, segment, band, handled, solved_share, per_hour, computed_at)
SELECT b.queue_id, b.agent_id, b.segment, b.band, b.handled, b.solved_share, b.per_hour, $8
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[], $5::int[], $6::float8[], $7::float8[])
  AS b (queue_id, agent_id, segment, band, handled, solved_share, per_hour)

-- name: page
-- Bands of the queues that this person answers for, by queue, kind and name: no order of merit.
SELECT b.queue_id, q.name AS queue_name, b.segment, b.agent_id, u.name AS agent_name, b.band::int AS band, b.handled,
       b.solved_share::float8 AS solved_share, b.per_hour::float8 AS per_hour, b.computed_at
FROM viewer($1) v, agent_band b JOIN queue q ON q.id = b.queue_id JOIN user_account u ON u.id = b.agent_id
WHERE (v.is_admin OR q.team_id = ANY (v.teams)) AND ($2::bigint IS NULL OR b.queue_id = $2)
  AND (b.queue_id, b.segment, u.name, b.agent_id) > ($3, $4, $5, $6)
ORDER BY b.queue_id, b.segment, u.name, b.agent_id LIMIT $7

-- name: arms
-- The same of tickets that were handed out in the course of the experiment, by its arm, as far as this person answers for them.
SELECT t.temperament AS segment, o.arm, (count(*) FILTER (WHERE d.is_last))::int AS handled,
       (count(*) FILTER (WHERE d.is_last AND l.ended_by = 'solved' AND NOT d.came_back))::int AS solved,
       sum(d.worked_s)::float8 AS worked_s
FROM viewer($1) v, leg l JOIN ticket t ON t.id = l.ticket_id AND NOT t.spam JOIN queue q ON q.id = l.queue_id
CROSS JOIN LATERAL (
  SELECT o.why ->> 'bands' AS arm FROM offer o
  WHERE o.ticket_id = l.ticket_id AND o.agent_id = l.agent_id AND o.offered_at <= l.from_at ORDER BY o.id DESC LIMIT 1) o
CROSS JOIN LATERAL (
  SELECT extract(epoch FROM coalesce((
           SELECT min(e.at) FROM event e WHERE e.ticket_id = l.ticket_id AND e.kind IN ('ticket_pending', 'ticket_held')
             AND e.at >= l.from_at AND e.at <= l.to_at), l.to_at) - l.from_at) AS worked_s,
         NOT EXISTS (SELECT FROM leg n WHERE n.ticket_id = l.ticket_id AND n.id > l.id AND n.episode = l.episode
                       AND n.agent_id = l.agent_id AND n.queue_id = l.queue_id) AS is_last,
         EXISTS (SELECT FROM leg n WHERE n.ticket_id = l.ticket_id AND n.episode > l.episode) AS came_back) d
WHERE (v.is_admin OR q.team_id = ANY (v.teams)) AND l.agent_id IS NOT NULL AND l.to_at >= $2 AND l.to_at < $3
  AND o.arm IN ('on', 'off')
GROUP BY t.temperament, o.arm ORDER BY t.temperament, o.arm
