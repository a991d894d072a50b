-- name: candidates_by_band
-- As seek's candidates, with the band of each for this kind of customer ($10), where he has one; a test holds the two together.
SELECT m.agent_id, m.agent_id IS NOT DISTINCT FROM $7 AS is_sticky, m.level::int AS level, coalesce(b.band, m.band)::int AS band, a.load, a.capacity,
       q.id AS queue_id, $6::text = ANY (q.auto_accept) AND NOT $9::boolean AS given_at_once,
       coalesce((q.offer_timeouts ->> CASE WHEN $9 THEN 'phone' ELSE $6 END)::int,
                CASE WHEN $9 THEN least(20, q.offer_timeout_s) ELSE q.offer_timeout_s END) AS offer_timeout_s,
       (extract(epoch FROM a.idle_since - timestamptz '1970-01-01 00:00:00+00') * 1000000)::bigint AS idle_since_us
FROM queue q JOIN membership m ON m.queue_id = q.id JOIN agent a ON a.id = m.agent_id
LEFT JOIN agent_band b ON b.queue_id = q.id AND b.agent_id = m.agent_id AND b.segment = $10
WHERE q.id = $1 AND q.is_open AND a.presence = 'available' AND a.capacity - a.load >= $2
  AND (m.delay_s = 0 OR $4::timestamptz >= $3::timestamptz + m.delay_s * interval '1 second')
  AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = $5 AND x.agent_id = m.agent_id AND x.until_at > $4)
  AND (NOT $9 OR (a.phone_address IS NOT NULL
                  AND NOT EXISTS (SELECT FROM call_leg t WHERE t.user_id = m.agent_id AND t.ended_at IS NULL)))
  AND ($7::bigint IS NULL OR m.agent_id = $7 OR $8::timestamptz <= $4
       OR NOT EXISTS (SELECT FROM agent k WHERE k.id = $7 AND k.presence IN ('available', 'wrap_up')))
ORDER BY is_sticky DESC, m.level, coalesce(b.band, m.band) DESC, a.load::float8 / a.capacity, a.idle_since, m.agent_id
LIMIT 8
