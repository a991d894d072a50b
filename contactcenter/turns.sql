-- name: make
-- Tickets move on, each with one version more, and what goes with it: legs, timers, who may be asked, offers, loads, events.
-- `= ANY ($2)` beside a join keeps the plan that was made while a table was empty from reading it to its end later.
WITH standing AS (
  SELECT jsonb_build_object('configuration', coalesce(max(version), 0)) AS rules FROM configuration_version
), saved AS (
  UPDATE ticket t SET
    subject = c.subject, state = c.state, queue_id = c.queue_id, tier = c.tier, agent_id = c.agent_id,
    temperament = c.temperament, language = c.language, category_id = c.category_id, weight = c.weight,
    credit_s = c.credit_s, episode = c.episode, escalations = c.escalations, reopens = c.reopens,
    enqueued_at = c.enqueued_at, first_reply_at = c.first_reply_at,
    last_customer_message_at = c.last_customer_message_at, last_reply_at = c.last_reply_at, wake_at = c.wake_at,
    escalation_left_s = c.escalation_left_s, hold_reason = c.hold_reason, disposition = c.disposition,
    solved_at = c.solved_at, solved_by_id = c.solved_by_id, closed_at = c.closed_at, spam = c.spam,
    team_ids = c.team_ids::bigint[], intake_queue_id = c.intake_queue_id, contact_id = c.contact_id,
    sticky_agent_id = c.sticky_agent_id, sticky_until = c.sticky_until, overflow = c.overflow::jsonb,
    returns = c.returns, abandoned_at = c.abandoned_at, version = t.version + 1
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::bigint[], $8::text[], $9::text[],
              $10::bigint[], $11::int[], $12::int[], $13::int[], $14::int[], $15::int[], $16::timestamptz[],
              $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::int[], $22::text[],
              $23::text[], $24::timestamptz[], $25::bigint[], $26::timestamptz[], $27::boolean[], $28::text[],
              $29::bigint[], $30::bigint[], $31::bigint[], $32::timestamptz[], $33::text[], $34::int[], $35::timestamptz[])
    AS c(id, subject, state, queue_id, tier, agent_id, temperament, language, category_id, weight, credit_s, episode,
         escalations, reopens, enqueued_at, first_reply_at, last_customer_message_at, last_reply_at, wake_at,
         escalation_left_s, hold_reason, disposition, solved_at, solved_by_id, closed_at, spam, team_ids,
         intake_queue_id, contact_id, sticky_agent_id, sticky_until, overflow, returns, abandoned_at)
  WHERE t.id = c.id
  RETURNING t.id, t.version, t.contact_id, t.team_ids, t.episode, t.tier, t.queue_id, t.agent_id, t.weight,
            t.state, t.sticky_agent_id, t.sticky_until, t.enqueued_at, t.needs_phone
), turn AS (
  SELECT c.id, c.leg_ended_by, c.leg_begins_at, c.clear::text[] AS clear, c.asks_anew, c.offer_ended_by, c.offered_to,
         c.expires_at, c.why::jsonb AS why, c.kind, c.agent_id, c.actor, c.data::jsonb AS data, c.n
  FROM unnest($2::bigint[], $36::text[], $37::timestamptz[], $38::text[], $39::boolean[], $40::text[], $41::bigint[],
              $42::timestamptz[], $43::text[], $44::text[], $45::bigint[], $46::text[], $47::text[]) WITH ORDINALITY
    AS c(id, leg_ended_by, leg_begins_at, clear, asks_anew, offer_ended_by, offered_to, expires_at, why, kind,
         agent_id, actor, data, n)
), left_behind AS (
  UPDATE leg SET to_at = greatest(leg.from_at, $1::timestamptz), ended_by = turn.leg_ended_by FROM turn
  WHERE leg.ticket_id = ANY ($2) AND leg.ticket_id = turn.id AND leg.to_at IS NULL AND turn.leg_ended_by IS NOT NULL
  RETURNING leg.ticket_id, leg.to_at
), begun AS (  -- after the one before it has ended, or the index on open legs would refuse it
  INSERT INTO leg (ticket_id, episode, tier, queue_id, agent_id, from_at)
  SELECT s.id, s.episode, s.tier, s.queue_id, s.agent_id, greatest(turn.leg_begins_at, l.to_at)
  FROM turn JOIN saved s ON s.id = turn.id LEFT JOIN left_behind l ON l.ticket_id = s.id
  WHERE turn.leg_begins_at IS NOT NULL AND (SELECT count(*) FROM left_behind) >= 0 ORDER BY turn.n
), cleared AS (
  DELETE FROM timer USING turn WHERE timer.ticket_id = ANY ($2) AND timer.ticket_id = turn.id AND timer.kind = ANY (turn.clear)
), set AS (
  INSERT INTO timer (due_at, kind, key, ticket_id)
  SELECT d.due_at, d.kind, d.ticket_id::text, d.ticket_id
  FROM unnest($48::bigint[], $49::text[], $50::timestamptz[]) AS d(ticket_id, kind, due_at)
  UNION ALL  -- in a queue where what is taken must be answered in time
  SELECT $1::timestamptz + q.return_after_s * interval '1 second', 'return_due', s.id::text, s.id
  FROM turn JOIN saved s ON s.id = turn.id JOIN queue q ON q.id = s.queue_id
  WHERE s.state = 'assigned' AND turn.leg_begins_at IS NOT NULL AND q.return_after_s IS NOT NULL
  ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at
), asked_anew AS (
  DELETE FROM exclusion USING turn
  WHERE exclusion.ticket_id = ANY ($2) AND exclusion.ticket_id = turn.id AND turn.asks_anew
), over AS (  -- terminal states never change
  UPDATE offer SET ended_at = greatest(offer.offered_at, $1),
    state = CASE WHEN turn.offer_ended_by <> 'let_go' THEN turn.offer_ended_by
                 WHEN offer.state = 'pending' THEN 'withdrawn' ELSE 'ended' END,
    answered_at = coalesce(offer.answered_at, CASE WHEN turn.offer_ended_by = 'declined' THEN $1 END)
  FROM turn
  WHERE offer.ticket_id = ANY ($2) AND offer.ticket_id = turn.id AND offer.state IN ('pending', 'accepted')
    AND turn.offer_ended_by IS NOT NULL
  RETURNING offer.ticket_id, offer.agent_id, offer.queue_id, offer.weight, offer.state
), reasons AS (  -- what the credit is made of, as it is when the ticket is handed out
  SELECT c.ticket_id, jsonb_build_object('credits', jsonb_object_agg(c.reason, c.credit_s)) AS why
  FROM turn JOIN credit c ON c.ticket_id = turn.id
  WHERE c.ticket_id = ANY ($2) AND turn.offered_to IS NOT NULL
  GROUP BY c.ticket_id
), passed_over AS (  -- who is there but may not have what looked for somebody, and the first false clause; of a large queue some
  SELECT s.id, jsonb_build_object('passed_over', jsonb_agg(jsonb_build_object('agent_id', p.agent_id, 'clause', p.clause,
           'until', CASE p.clause WHEN 'too_early' THEN s.enqueued_at + p.delay_s * interval '1 second'
                                  WHEN 'excluded' THEN p.until_at WHEN 'kept_for_another' THEN s.sticky_until END)
         ORDER BY p.place)) AS why
  FROM turn JOIN saved s ON s.id = turn.id CROSS JOIN LATERAL (
    SELECT e.agent_id, e.delay_s, e.until_at, e.clause, row_number() OVER (ORDER BY e.level, e.agent_id) AS place
    FROM (
      SELECT m.agent_id, m.level, m.delay_s, x.until_at,
             CASE WHEN s.needs_phone AND g.phone_address IS NULL THEN 'no_telephone'
                  WHEN g.presence <> 'available' THEN 'not_available' WHEN g.capacity - g.load < s.weight THEN 'no_room'
                  WHEN s.needs_phone AND EXISTS (SELECT FROM call_leg t WHERE t.user_id = g.id AND t.ended_at IS NULL) THEN 'telephone_busy'
                  WHEN m.delay_s > 0 AND $1::timestamptz < s.enqueued_at + m.delay_s * interval '1 second' THEN 'too_early'
                  WHEN x.until_at > $1 THEN 'excluded'
                  WHEN s.sticky_until > $1 AND s.sticky_agent_id = turn.offered_to THEN 'kept_for_another' END AS clause
      FROM (SELECT agent_id, level, delay_s FROM membership WHERE queue_id = s.queue_id ORDER BY agent_id LIMIT 50) AS m
      JOIN agent g ON g.id = m.agent_id AND g.presence <> 'offline'
      LEFT JOIN exclusion x ON x.ticket_id = s.id AND x.agent_id = m.agent_id
      WHERE m.agent_id <> turn.offered_to) AS e
    WHERE e.clause IS NOT NULL ORDER BY e.level, e.agent_id LIMIT 5) AS p
  WHERE turn.why ->> 'decision' = 'ticket_looked_for_agent'
  GROUP BY s.id
), made AS (  -- after the one before it is over, or the index on live offers would refuse it
  INSERT INTO offer (ticket_id, agent_id, queue_id, weight, state, offered_at, expires_at, answered_at, why)
  SELECT s.id, turn.offered_to, s.queue_id, s.weight, CASE WHEN turn.expires_at IS NULL THEN 'accepted' ELSE 'pending' END,
         $1, turn.expires_at, CASE WHEN turn.expires_at IS NULL THEN $1 END,
         turn.why || coalesce(r.why, '{}') || coalesce(p.why, '{}') || (SELECT rules FROM standing)
  FROM turn JOIN saved s ON s.id = turn.id LEFT JOIN reasons r ON r.ticket_id = turn.id
  LEFT JOIN passed_over p ON p.id = turn.id
  WHERE turn.offered_to IS NOT NULL AND (SELECT count(*) FROM over) >= 0 ORDER BY turn.n
  RETURNING id, ticket_id, agent_id, weight, state, why
), loaded AS (  -- with nothing left to do he is idle since now, unless he refused it; whoever says yes has missed nothing
  UPDATE agent SET load = agent.load + units.sum,
    misses = CASE WHEN units.answers THEN 0 ELSE agent.misses END,
    idle_since = CASE WHEN agent.load + units.sum = 0 AND units.lets_go THEN $1 ELSE agent.idle_since END
  FROM (SELECT u.agent_id, sum(u.units)::int AS sum, bool_or(u.answers) AS answers, bool_or(u.lets_go) AS lets_go
        FROM (SELECT agent_id, -weight AS units, false AS answers, state NOT IN ('declined', 'expired') AS lets_go FROM over
              UNION ALL SELECT agent_id, weight, state = 'accepted', false FROM made) AS u
        GROUP BY u.agent_id ORDER BY u.agent_id) AS units
  WHERE agent.id = ANY (ARRAY (SELECT agent_id FROM over UNION ALL SELECT agent_id FROM made)) AND agent.id = units.agent_id
  RETURNING agent.id, agent.load, agent.presence
), noted AS (
  INSERT INTO event (at, kind, ticket_id, version, contact_id, agent_id, actor, team_ids, data)
  SELECT $1, turn.kind, s.id, s.version, s.contact_id, turn.agent_id, turn.actor, s.team_ids,
         turn.data || (SELECT rules FROM standing)
         || CASE WHEN made.id IS NULL THEN '{}' ELSE jsonb_build_object('why', made.why) END
         || CASE WHEN turn.expires_at IS NULL THEN '{}' ELSE jsonb_build_object('offer_id', made.id) END
         || CASE over.state WHEN 'withdrawn' THEN jsonb_build_object('withdrawn_from', over.agent_id) ELSE '{}' END
         || CASE WHEN s.state = 'waiting' AND s.sticky_until > $1
                 THEN jsonb_build_object('sticky_agent_id', s.sticky_agent_id, 'sticky_until', s.sticky_until) ELSE '{}' END
  FROM turn JOIN saved s ON s.id = turn.id LEFT JOIN made ON made.ticket_id = turn.id
  LEFT JOIN over ON over.ticket_id = turn.id
  ORDER BY turn.n
)
SELECT s.id AS ticket_id, s.version, o.agent_id AS freed_id, o.state AS ending, l.load, l.presence, q.wrap_up_s
FROM saved s LEFT JOIN over o ON o.ticket_id = s.id LEFT JOIN loaded l ON l.id = o.agent_id
LEFT JOIN queue q ON q.id = o.queue_id
