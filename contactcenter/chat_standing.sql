-- name: read
-- How it stands with visitors; who has no ticket yet has written nothing that was stored.
SELECT v.id AS visitor_id, v.read_sequence, v.ended_at IS NOT NULL AS has_ended, coalesce(e.calendar_id, q.calendar_id) AS calendar_id,
       t.id AS ticket_id, t.state, t.queue_id, u.name AS agent, r.id IS NOT NULL AS is_rated,
       v.ended_at IS NOT NULL AND NOT t.spam
         AND EXISTS (SELECT FROM leg l WHERE l.ticket_id = t.id AND l.episode = t.episode AND l.agent_id IS NOT NULL) AS is_rateable
FROM chat_visitor v JOIN entry_point e ON e.id = v.entry_point_id JOIN queue q ON q.id = e.queue_id
LEFT JOIN ticket t ON t.id = v.ticket_id LEFT JOIN user_account u ON u.id = t.agent_id
LEFT JOIN chat_rating r ON r.ticket_id = t.id AND r.episode = t.episode
WHERE v.id = ANY ($1::bigint[])

-- name: calendar_of
-- By which calendar an entry point is open: its own, else that of the queue behind it.
SELECT coalesce(e.calendar_id, q.calendar_id) AS calendar_id
FROM entry_point e JOIN queue q ON q.id = e.queue_id WHERE e.id = $1

-- name: positions
-- Where these tickets stand in their queues, in the order in which agents are given them; each queue is read as far as
-- the last one asked for.
WITH asked AS (
  SELECT id, queue_id, rank_us FROM ticket WHERE id = ANY ($1::bigint[]) AND state = 'waiting'
), placed AS (
  SELECT w.id, row_number() OVER (PARTITION BY l.queue_id ORDER BY w.rank_us, w.id) AS position
  FROM (SELECT queue_id, max(rank_us) AS rank_us FROM asked GROUP BY queue_id) l
  CROSS JOIN LATERAL (SELECT t.id, t.rank_us FROM ticket t
                      WHERE t.queue_id = l.queue_id AND t.state = 'waiting' AND t.rank_us <= l.rank_us) w
)
SELECT a.id AS ticket_id, p.position FROM asked a JOIN placed p ON p.id = a.id

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
