-- name: enter
-- New problems enter their first queues, all in one statement: messages marked, tickets moved, legs, clocks, events.
WITH found AS (
  SELECT f.ticket_id, f.queue_id, f.temperament, f.language, f.subject, f.received_at, f.rule_id
  FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[])
    AS f(ticket_id, queue_id, temperament, language, subject, received_at, rule_id)
), held AS (
  SELECT t.id, t.contact_id, t.category_id, t.temperament AS former FROM ticket t
  WHERE t.id = ANY ($2::bigint[]) AND t.state = 'new' ORDER BY t.id FOR NO KEY UPDATE
), marked AS (
  UPDATE interaction SET triaged_at = $1
  WHERE id = ANY ($9::bigint[]) AND triaged_at IS NULL AND ticket_id IN (SELECT id FROM held)
  RETURNING ticket_id
), worth AS (  -- nobody asks where no reason is worth anything
  SELECT h.id, w.reason, w.credit_s FROM held h CROSS JOIN LATERAL segment_credits(h.contact_id, $1) AS w
  WHERE EXISTS (SELECT FROM credit_rule) OR EXISTS (SELECT FROM segment_policy WHERE credit_s > 0)
  UNION ALL SELECT h.id, 'repeat_contact', (SELECT credit_s FROM credit_rule WHERE kind = 'repeat_contact' AND value = '')
  FROM held h
  WHERE EXISTS (SELECT FROM credit_rule WHERE kind = 'repeat_contact' AND value = '' AND credit_s > 0)
    AND comes_again(h.id, h.contact_id, h.category_id, $10)
), moved AS (
  UPDATE ticket t SET
    credit_s = t.credit_s + coalesce((SELECT sum(w.credit_s) FROM worth w WHERE w.id = t.id), 0),
    state = 'waiting', queue_id = q.id, tier = q.tier,
    temperament = temperament_since(held.contact_id, $1, f.temperament), -- somebody may have said otherwise since
    language = coalesce(f.language, t.language), subject = CASE t.subject WHEN '' THEN f.subject ELSE t.subject END,
    weight = coalesce(($11::jsonb ->> t.channel)::int, 1),
    overflow = t.overflow || (SELECT coalesce(jsonb_agg(jsonb_build_array(s.after_s, s.to_queue_id) ORDER BY s.after_s, s.to_queue_id), '[]')
                              FROM overflow_step s WHERE s.queue_id = q.id AND (s.channels = '{}' OR t.channel = ANY (s.channels))),
    last_customer_message_at = f.received_at, version = t.version + 1,
    team_ids = CASE WHEN q.team_id = ANY (t.team_ids) THEN t.team_ids ELSE t.team_ids || q.team_id END
  FROM held JOIN found f ON f.ticket_id = held.id JOIN queue q ON q.id = (
    -- One that was archived since it was looked at gives way: see queues.entered.
    SELECT CASE WHEN w.archived_at IS NULL THEN w.id ELSE (
      SELECT s.id FROM queue s WHERE s.archived_at IS NULL
      ORDER BY s.id = coalesce((SELECT e.queue_id FROM ticket n JOIN entry_point e ON e.id = n.entry_point_id
                                WHERE n.id = f.ticket_id), 0) DESC, s.tier, s.id LIMIT 1) END
    FROM queue w WHERE w.id = f.queue_id)
  WHERE t.id = held.id AND t.id IN (SELECT ticket_id FROM marked)
  RETURNING t.id, t.state, t.contact_id, t.episode, t.tier, t.queue_id, t.enqueued_at, t.version, t.team_ids, t.temperament,
            t.language, t.category_id, t.overflow, held.former, f.rule_id, q.escalate_after_s, q.escalate_to_id
), named AS (
  SELECT moved.id, coalesce(jsonb_object_agg(w.reason, w.credit_s) FILTER (WHERE w.id IS NOT NULL), '{}') AS credits
  FROM moved LEFT JOIN worth w ON w.id = moved.id GROUP BY moved.id
), granted AS (
  INSERT INTO credit (ticket_id, reason, credit_s)
  SELECT w.id, w.reason, w.credit_s FROM worth w JOIN moved ON moved.id = w.id ORDER BY w.id, w.reason
), legs AS (
  INSERT INTO leg (ticket_id, episode, tier, queue_id, from_at)
  SELECT id, episode, tier, queue_id, enqueued_at FROM moved ORDER BY id
), clocks AS (
  INSERT INTO timer (due_at, kind, key, ticket_id)
  SELECT d.due_at, d.kind, moved.id::text, moved.id
  FROM moved CROSS JOIN LATERAL (VALUES
    ('escalation', $1::timestamptz + CASE WHEN moved.escalate_to_id IS NOT NULL THEN moved.escalate_after_s END * interval '1 second'),
    ('overflow', greatest(moved.enqueued_at + (moved.overflow #>> '{0,0}')::int * interval '1 second', $1))) AS d(kind, due_at)
  WHERE d.due_at IS NOT NULL AND (d.kind <> 'overflow' OR moved.overflow <> '[]') ORDER BY moved.id
  ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at
), noted AS (
  INSERT INTO event (at, kind, ticket_id, version, contact_id, actor, team_ids, data)
  SELECT $1, 'ticket_queued', moved.id, version, contact_id, 'system', team_ids,
         jsonb_build_object('state', state, 'queue_id', queue_id, 'tier', tier, 'category_id', category_id, 'rule_id', CASE WHEN rule_id > 0 THEN rule_id END,
                            'policy', (SELECT p.key FROM segment_policy p WHERE p.id = -rule_id),
                            'rule_number', (SELECT nullif(count(*), 0) FROM entry_rule r JOIN entry_rule s ON s.position <= r.position
                                            WHERE r.id = rule_id),
                            'temperament', temperament, 'value', value_then(contact_id, $1), 'language', language,
                            'credits', named.credits, 'configuration',
                            (SELECT coalesce(max(version), 0) FROM configuration_version))
  FROM moved JOIN named ON named.id = moved.id ORDER BY moved.id
)
SELECT id AS ticket_id, contact_id, queue_id, temperament, former <> temperament AS is_otherwise FROM moved ORDER BY id

-- name: served_queues
-- The queues in which somebody could be asked now, or will be after a delay.
SELECT DISTINCT m.queue_id FROM membership m JOIN agent a ON a.id = m.agent_id
WHERE m.queue_id = ANY ($1::bigint[]) AND (m.delay_s > 0 OR (a.presence = 'available' AND a.load < a.capacity))
