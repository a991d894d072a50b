-- name: work
-- The ticket that is about to be offered.
SELECT t.id, t.state, t.queue_id, q.is_open, t.rank_us + t.credit_s * 1000000::bigint AS enqueued_us, t.rank_us, t.weight, t.needs_phone,
       (SELECT coalesce(jsonb_object_agg(c.reason, c.credit_s), '{}') FROM credit c WHERE c.ticket_id = t.id) AS credits,
       t.sticky_agent_id, (extract(epoch FROM t.sticky_until) * 1000000)::bigint AS sticky_until_us,
       k.presence AS keeper_presence
FROM ticket t JOIN queue q ON q.id = t.queue_id LEFT JOIN agent k ON k.id = t.sticky_agent_id WHERE t.id = $1

-- name: members
-- Who serves the queue, in the order in which they would come if all were idle, and what is between them and the ticket.
SELECT m.agent_id, m.level::int AS level, m.band::int AS band, m.delay_s * 1000000::bigint AS delay_us,
       m.handicap_s * 1000000::bigint AS handicap_us, a.presence, a.capacity, a.load,
       (extract(epoch FROM a.idle_since) * 1000000)::bigint AS idle_since_us,
       (extract(epoch FROM x.until_at) * 1000000)::bigint AS excluded_until_us,
       CASE WHEN a.phone_address IS NULL THEN 'none'
            WHEN EXISTS (SELECT FROM call_leg t WHERE t.user_id = a.id AND t.ended_at IS NULL) THEN 'busy' ELSE 'free' END AS telephone
FROM membership m JOIN agent a ON a.id = m.agent_id
LEFT JOIN exclusion x ON x.ticket_id = $2 AND x.agent_id = m.agent_id
WHERE m.queue_id = $1
ORDER BY m.level, m.band DESC, m.agent_id

-- name: others
-- What else the agent could have taken of all his queues, what comes first for him first; `behind_us` is the rank with his handicap.
SELECT t.id AS ticket_id, t.rank_us + m.handicap_s * 1000000::bigint AS behind_us
FROM membership m JOIN queue q ON q.id = m.queue_id AND q.is_open JOIN agent a ON a.id = m.agent_id
JOIN ticket t ON t.queue_id = m.queue_id AND t.state = 'waiting'
WHERE m.agent_id = $1 AND t.id <> ALL ($3::bigint[]) AND a.capacity - a.load - $4::int >= t.weight
  AND (NOT t.needs_phone OR (a.phone_address IS NOT NULL
                             AND NOT EXISTS (SELECT FROM call_leg l WHERE l.user_id = $1 AND l.ended_at IS NULL)))
  AND (m.delay_s = 0 OR $2::timestamptz >= t.enqueued_at + m.delay_s * interval '1 second')
  AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = t.id AND x.agent_id = $1 AND x.until_at > $2)
  AND (t.sticky_agent_id IS NULL OR t.sticky_agent_id = $1 OR t.sticky_until <= $2
       OR NOT EXISTS (SELECT FROM agent k WHERE k.id = t.sticky_agent_id AND k.presence IN ('available', 'wrap_up')))
ORDER BY t.rank_us + m.handicap_s * 1000000::bigint, t.id LIMIT $5
