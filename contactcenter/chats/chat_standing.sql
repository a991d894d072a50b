-- name: read
-- How it stands with visitors; who has no ticket yet has written nothing that was stored. Tickets are probed one by one: a join could read
-- them all.
SELECT v.id AS visitor_id, v.read_sequence, v.ended_at IS NOT NULL AS has_ended, coalesce(e.calendar_id, q.calendar_id) AS calendar_id,
       t.id AS ticket_id, t.state, t.queue_id, t.rank_us, t.agent_id, r.id IS NOT NULL AS is_rated,
       v.ended_at IS NOT NULL AND NOT t.spam
         AND (t.agent_id IS NOT NULL OR t.solved_by_id IS NOT NULL
              OR EXISTS (SELECT FROM leg l WHERE l.ticket_id = t.id AND l.episode = t.episode AND l.agent_id IS NOT NULL)) AS is_rateable
FROM chat_visitor v JOIN entry_point e ON e.id = v.entry_point_id JOIN queue q ON q.id = e.queue_id
LEFT JOIN LATERAL (SELECT id, state, queue_id, rank_us, agent_id, solved_by_id, episode, spam FROM ticket WHERE id = v.ticket_id LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT id FROM chat_rating
                   WHERE v.ended_at IS NOT NULL AND ticket_id = t.id AND episode = t.episode LIMIT 1) r ON true
WHERE v.id = ANY ($1::bigint[])

-- name: names
-- What these agents are called.
SELECT id, name FROM user_account WHERE id = ANY ($1::bigint[])

-- name: calendar_of
-- By which calendar an entry point is open: its own, else that of the queue behind it.
SELECT coalesce(e.calendar_id, q.calendar_id) AS calendar_id
FROM entry_point e JOIN queue q ON q.id = e.queue_id WHERE e.id = $1

-- name: lines
-- Who waits in these queues, in the order in which agents are given them; each as far as the rank that matters.
SELECT l.queue_id, ARRAY(SELECT t.id FROM ticket t
                         WHERE t.queue_id = l.queue_id AND t.state = 'waiting' AND t.rank_us <= l.rank_us
                         ORDER BY t.rank_us, t.id) AS ticket_ids
FROM unnest($1::bigint[], $2::bigint[]) AS l (queue_id, rank_us)

-- name: paces
-- How long it takes in each of these queues until the next is taken: the time in which somebody waited, by those who were
-- taken in it. What is under way counts, so that a queue that stands still is not said to move. Nothing of a queue that is
-- closed, or where nobody is who could take anything.
SELECT q.id AS queue_id, taken.number,
       ((taken.busy_s + CASE WHEN head.from_at IS NULL THEN 0 ELSE extract(epoch FROM $2::timestamptz - greatest(taken.last_at, head.from_at)) END)
        / taken.number)::float8 AS each_s
FROM queue q CROSS JOIN LATERAL (
  SELECT count(*)::int AS number, sum(extract(epoch FROM one.to_at - greatest(one.from_at, one.before_at))) AS busy_s,
         max(one.to_at) AS last_at
  FROM (SELECT l.from_at, l.to_at, lag(l.to_at) OVER (ORDER BY l.to_at) AS before_at
        FROM (SELECT from_at, to_at FROM leg
              WHERE queue_id = q.id AND agent_id IS NULL AND ended_by = 'assigned' AND to_at > from_at
                AND to_at <= $2 AND to_at > $2::timestamptz - $3::interval
              ORDER BY to_at DESC LIMIT $4 + 1) l) one
  WHERE one.before_at IS NOT NULL) taken
LEFT JOIN LATERAL (
  SELECT o.from_at FROM (SELECT id FROM ticket WHERE queue_id = q.id AND state = 'waiting' ORDER BY rank_us, id LIMIT 1) w
  JOIN leg o ON o.ticket_id = w.id AND o.to_at IS NULL) head ON true
WHERE q.id = ANY ($1::bigint[]) AND q.is_open AND taken.number >= $5
  AND EXISTS (SELECT FROM membership m JOIN agent a ON a.id = m.agent_id
              WHERE m.queue_id = q.id AND a.presence IN ('available', 'wrap_up'))
