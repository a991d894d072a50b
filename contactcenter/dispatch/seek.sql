-- name: candidates
-- Who may take this ticket now; one index probe on the queue's members. $9: only somebody whose telephone is free.
SELECT m.agent_id, m.agent_id IS NOT DISTINCT FROM $7 AS is_sticky, m.level::int AS level, m.band::int AS band, a.load, a.capacity,
       q.id AS queue_id, $6::text = ANY (q.auto_accept) AND NOT $9::boolean AS given_at_once,
       coalesce((q.offer_timeouts ->> CASE WHEN $9 THEN 'phone' ELSE $6 END)::int,
                CASE WHEN $9 THEN least(20, q.offer_timeout_s) ELSE q.offer_timeout_s END) AS offer_timeout_s,
       (extract(epoch FROM a.idle_since - timestamptz '1970-01-01 00:00:00+00') * 1000000)::bigint AS idle_since_us
FROM queue q JOIN membership m ON m.queue_id = q.id JOIN agent a ON a.id = m.agent_id
WHERE q.id = $1 AND q.is_open AND a.presence = 'available' AND a.capacity - a.load >= $2
  AND (m.delay_s = 0 OR $4::timestamptz >= $3::timestamptz + m.delay_s * interval '1 second')
  AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = $5 AND x.agent_id = m.agent_id AND x.until_at > $4)
  AND (NOT $9 OR (a.phone_address IS NOT NULL
                  AND NOT EXISTS (SELECT FROM call_leg t WHERE t.user_id = m.agent_id AND t.ended_at IS NULL)))
  AND ($7::bigint IS NULL OR m.agent_id = $7 OR $8::timestamptz <= $4
       OR NOT EXISTS (SELECT FROM agent k WHERE k.id = $7 AND k.presence IN ('available', 'wrap_up')))
ORDER BY is_sticky DESC, m.level, m.band DESC, a.load::float8 / a.capacity, a.idle_since, m.agent_id
LIMIT 8

-- name: heads
-- The first tickets of the queues of agents who look, as many as they could take and the one behind, in order; nothing of who
-- is not there or full.
-- Who has the same terms and as much room sees the same, unless there is a ticket he must not be asked about. What is kept
-- for somebody nobody sees, but everybody sees first what is sticky to himself.
WITH looking AS (
  SELECT a.id, a.capacity - a.load AS free, a.phone_address IS NOT NULL
           AND NOT EXISTS (SELECT FROM call_leg t WHERE t.user_id = a.id AND t.ended_at IS NULL) AS has_phone,
         CASE WHEN EXISTS (SELECT FROM exclusion x WHERE x.agent_id = a.id AND x.until_at > $2) THEN a.id END AS excluded_id
  FROM agent a JOIN user_account u ON u.id = a.id AND u.disabled_at IS NULL
  WHERE a.id = ANY ($1::bigint[]) AND a.presence = 'available' AND a.load < a.capacity
), sight AS (
  SELECT m.queue_id, m.delay_s, m.handicap_s, l.free, l.has_phone, l.excluded_id, array_agg(l.id) AS agent_ids,
         (sum(sum(l.free)) OVER (PARTITION BY m.queue_id))::int AS room
  FROM looking l JOIN membership m ON m.agent_id = l.id
  GROUP BY m.queue_id, m.delay_s, m.handicap_s, l.free, l.has_phone, l.excluded_id
), seen AS (
  SELECT s.agent_ids, s.free, s.room, false AS is_sticky, s.queue_id, s.handicap_s, t.ticket_ids, t.channels, t.by_phone, t.weights,
         t.credits_s, t.ranks_us, q.auto_accept, q.offer_timeout_s, q.offer_timeouts
  FROM sight s JOIN queue q ON q.id = s.queue_id AND q.is_open
  CROSS JOIN LATERAL (
    SELECT array_agg(h.id) AS ticket_ids, array_agg(h.channel) AS channels,
           array_agg(h.needs_phone) AS by_phone, array_agg(h.weight) AS weights,
           array_agg(h.credit_s) AS credits_s, array_agg(h.rank_us) AS ranks_us
    FROM (SELECT w.id, w.channel, w.needs_phone, w.weight, w.credit_s, w.rank_us FROM ticket w
          WHERE w.queue_id = s.queue_id AND w.state = 'waiting' AND w.weight <= s.free
            AND (s.has_phone OR NOT w.needs_phone)
            AND (s.delay_s = 0 OR $2::timestamptz >= w.enqueued_at + s.delay_s * interval '1 second')
            AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = w.id AND x.agent_id = s.excluded_id AND x.until_at > $2)
            AND (w.sticky_agent_id IS NULL OR w.sticky_until <= $2
                 OR NOT (SELECT k.presence IN ('available', 'wrap_up') FROM agent k WHERE k.id = w.sticky_agent_id))
          ORDER BY w.rank_us, w.id LIMIT s.room + 1) h) t
  WHERE t.ticket_ids IS NOT NULL
  UNION ALL
  SELECT ARRAY[l.id], l.free, l.free, true, t.queue_id, t.handicap_s, ARRAY[t.id], ARRAY[t.channel], ARRAY[t.needs_phone], ARRAY[t.weight],
         ARRAY[t.credit_s], ARRAY[t.rank_us], t.auto_accept, t.offer_timeout_s, t.offer_timeouts
  FROM looking l CROSS JOIN LATERAL (
    SELECT w.id, w.queue_id, w.channel, w.needs_phone, w.weight, w.credit_s, w.rank_us, m.handicap_s, q.auto_accept, q.offer_timeout_s,
           q.offer_timeouts
    FROM ticket w JOIN membership m ON m.queue_id = w.queue_id AND m.agent_id = l.id
    JOIN queue q ON q.id = w.queue_id AND q.is_open
    WHERE w.sticky_agent_id = l.id AND w.state = 'waiting' AND w.weight <= l.free
      AND (l.has_phone OR NOT w.needs_phone)
      AND (m.delay_s = 0 OR $2::timestamptz >= w.enqueued_at + m.delay_s * interval '1 second')
      AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = w.id AND x.agent_id = l.excluded_id AND x.until_at > $2)
    ORDER BY w.rank_us + m.handicap_s * 1000000::bigint, w.id LIMIT l.free + 1) t
)
SELECT agent_ids, free, room, is_sticky, queue_id, handicap_s, auto_accept, offer_timeout_s, offer_timeouts, ticket_ids,
       channels, by_phone, weights, credits_s, ranks_us
FROM seen

-- name: next_delay
-- When somebody who may not be asked yet may be.
SELECT min(m.delay_s)::int AS delay_s FROM membership m
WHERE m.queue_id = $1 AND m.delay_s > 0 AND $3::timestamptz < $2::timestamptz + m.delay_s * interval '1 second'
