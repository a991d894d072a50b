-- name: read
-- The history of one ticket as far as escalation rules ask for it, in one answer.
-- Its events say in which state it was: what lies between pending or on hold and the next event was not our turn.
WITH t AS (
  SELECT id, contact_id, category_id, queue_id, tier, episode, enqueued_at FROM ticket WHERE id = $1
), stay AS (
  SELECT min(l.from_at) FILTER (WHERE l.id > coalesce(before.tier_leg, 0)) AS tier_since,
         min(l.from_at) FILTER (WHERE l.id > coalesce(before.queue_leg, 0)) AS queue_since,
         before.tier_leg IS NULL AS is_first
  FROM t JOIN leg l ON l.ticket_id = t.id AND l.episode = t.episode
  CROSS JOIN LATERAL (
    SELECT max(o.id) FILTER (WHERE o.tier <> t.tier) AS tier_leg, max(o.id) FILTER (WHERE o.queue_id <> t.queue_id) AS queue_leg
    FROM leg o WHERE o.ticket_id = t.id AND o.episode = t.episode) before
  GROUP BY before.tier_leg, before.queue_leg
), risen AS (
  SELECT max(l.to_at) AS at FROM leg l, t WHERE l.ticket_id = t.id AND l.ended_by = 'escalated'
), told AS (
  SELECT e.kind, e.at, e.data, lead(e.at) OVER (ORDER BY e.version, e.id) AS until
  FROM event e, t WHERE e.ticket_id = t.id AND e.at >= t.enqueued_at AND e.version IS NOT NULL
), answer AS (
  SELECT max(i.id) AS id FROM interaction i, t
  WHERE i.ticket_id = t.id AND i.direction = 'outbound' AND i.kind = 'message' AND i.state <> 'failed'
)
SELECT stay.tier_since, stay.queue_since, risen.at AS risen_at,
  (SELECT min(i.received_at) FROM interaction i
   WHERE i.ticket_id = t.id AND i.direction = 'inbound' AND i.kind = 'message'
     AND i.id > coalesce(answer.id, 0)) AS unanswered_since,
  (SELECT count(*)::int FROM interaction i
   WHERE i.ticket_id = t.id AND i.direction = 'outbound' AND i.kind = 'message' AND i.state <> 'failed'
     AND i.occurred_at >= stay.tier_since) AS replies,
  (SELECT count(*)::int FROM told WHERE kind = 'ticket_transferred') AS transfers,
  (SELECT count(*)::int FROM offer o
   WHERE o.ticket_id = t.id AND o.state = 'expired' AND o.offered_at >= stay.tier_since) AS offers_unanswered,
  ARRAY(SELECT told.at FROM told WHERE told.data ->> 'state' IN ('pending', 'on_hold') ORDER BY told.at) AS paused_at,
  ARRAY(SELECT told.until FROM told WHERE told.data ->> 'state' IN ('pending', 'on_hold') ORDER BY told.at) AS resumed_at,
  ARRAY(SELECT DISTINCT e.data ->> 'reason' FROM event e
        WHERE e.ticket_id = t.id AND e.kind = 'resolution_failed' AND e.at >= stay.tier_since) AS failures,
  ARRAY(SELECT o.opened_at FROM ticket o
        WHERE $4::int > 0 AND o.contact_id = t.contact_id AND o.category_id = t.category_id AND o.id <> t.id AND NOT o.spam
          AND o.opened_at >= $5::timestamptz - $4::int * interval '1 day') AS repeats,
  ARRAY(SELECT c.target_s FROM sla_clock c WHERE c.ticket_id = t.id AND c.ended_at IS NULL AND c.due_at IS NOT NULL
        ORDER BY c.id) AS target_s,
  ARRAY(SELECT c.due_at FROM sla_clock c WHERE c.ticket_id = t.id AND c.ended_at IS NULL AND c.due_at IS NOT NULL
        ORDER BY c.id) AS due_at,
  ARRAY(SELECT c.calendar_id FROM sla_clock c WHERE c.ticket_id = t.id AND c.ended_at IS NULL AND c.due_at IS NOT NULL
        ORDER BY c.id) AS calendar_id,
  ARRAY(SELECT left(m.body, 8000) FROM (
          SELECT i.id, i.body FROM interaction i
          WHERE $2::boolean AND i.ticket_id = t.id AND i.direction = 'inbound' AND i.kind = 'message'
            AND i.triaged_at >= t.enqueued_at
            AND (stay.is_first OR i.triaged_at > stay.tier_since)
            AND (risen.at IS NULL OR i.triaged_at > risen.at + $3::int * interval '1 second')
          ORDER BY i.id DESC LIMIT 30) m ORDER BY m.id) AS words,
  ARRAY(SELECT DISTINCT e.rule FROM escalation e
        WHERE e.ticket_id = t.id AND e.episode = t.episode AND e.rule IS NOT NULL) AS done,
  ARRAY(SELECT DISTINCT e.rule FROM escalation e
        WHERE e.ticket_id = t.id AND e.episode = t.episode AND e.kind = 'notified' AND e.at >= stay.tier_since
          AND e.rule IS NOT NULL) AS done_here,
  (SELECT jsonb_object_agg(q.id, q.tier) FROM queue q) AS tiers,
  EXISTS (SELECT FROM calendar_use u WHERE u.queue_id = t.queue_id) AS has_hours
FROM t, stay, risen, answer
