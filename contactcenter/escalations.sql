-- name: record
-- One step, written with the move that is its reason.
INSERT INTO escalation (ticket_id, episode, kind, at, reason, rule, because, from_queue_id, from_tier, to_queue_id, to_tier,
                        agent_id, actor, note_id, configuration_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

-- name: of_ticket
-- Every step with its note, how long the ticket had been in that tier, and the first who took it where it went.
SELECT e.id, e.kind, e.at, e.episode, e.reason, e.rule, e.because, e.from_queue_id, e.from_tier::int AS from_tier,
       e.to_queue_id, e.to_tier::int AS to_tier, e.agent_id, e.actor, e.note_id, i.body AS note,
       round(extract(epoch FROM e.at - came.at) / 60, 1)::float8 AS minutes_in_tier,
       taken.from_at AS accepted_at, taken.agent_id AS accepted_by_id, e.configuration_version
FROM escalation e
LEFT JOIN interaction i ON i.id = e.note_id
CROSS JOIN LATERAL (
  SELECT coalesce(min(l.from_at), e.at) AS at FROM leg l
  WHERE l.ticket_id = e.ticket_id AND l.episode = e.episode AND l.from_at <= e.at AND l.tier = e.from_tier
    AND NOT EXISTS (SELECT FROM leg other WHERE other.ticket_id = e.ticket_id AND other.episode = e.episode
                      AND other.id > l.id AND other.from_at < e.at AND other.tier <> e.from_tier)) came
LEFT JOIN LATERAL (
  SELECT l.from_at, l.agent_id FROM leg l
  WHERE l.ticket_id = e.ticket_id AND l.episode = e.episode AND l.queue_id = e.to_queue_id AND l.from_at >= e.at
    AND l.agent_id IS NOT NULL
    AND l.from_at <= coalesce((SELECT min(next.at) FROM escalation next
                               WHERE next.ticket_id = e.ticket_id AND next.id > e.id AND next.kind <> 'notified'), 'infinity')
  ORDER BY l.id LIMIT 1) taken ON true
WHERE e.ticket_id = $1 ORDER BY e.id
