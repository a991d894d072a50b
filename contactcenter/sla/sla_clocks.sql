-- name: is_promised
-- Whether anything that was promised still runs.
SELECT EXISTS (SELECT FROM sla_clock WHERE ended_at IS NULL) AS is_promised

-- name: has_policies
-- Whether anything is promised from now on.
SELECT EXISTS (SELECT FROM sla_policy) AS has_policies

-- name: standing
-- What matters of these tickets, which are locked.
SELECT t.id AS ticket_id, t.state, t.episode, t.enqueued_at, t.first_reply_at IS NOT NULL AS was_answered,
       t.last_reply_at AS replied_at, t.solved_at, t.closed_at, t.spam OR t.abandoned_at IS NOT NULL AS is_dropped,
       q.calendar_id
FROM ticket t LEFT JOIN queue q ON q.id = t.queue_id WHERE t.id = ANY ($1::bigint[])

-- name: open_of
-- The clocks of these tickets that have not ended, with all their pauses.
SELECT k.id, k.ticket_id, k.metric, k.episode, k.policy, k.target_s, k.warn_share, k.calendar_id, k.calendar_version,
       k.configuration_version, k.started_at, k.due_at, k.warn_at, k.warned_at, k.breached_at, k.met_at, k.ended_at,
       k.ended_by, c.version AS calendar_now, p.paused_at, p.resumed_at
FROM sla_clock k LEFT JOIN calendar c ON c.id = k.calendar_id CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(s.from_at ORDER BY s.from_at), '{}') AS paused_at,
         coalesce(array_agg(s.to_at ORDER BY s.from_at), '{}') AS resumed_at
  FROM sla_pause s WHERE s.clock_id = k.id) p
WHERE k.ticket_id = ANY ($1::bigint[]) AND k.ended_at IS NULL ORDER BY k.id

-- name: ledger
-- Every clock a ticket ever had, with all its pauses.
SELECT k.id, k.ticket_id, k.metric, k.episode, k.policy, k.target_s, k.warn_share, k.calendar_id, k.calendar_version,
       k.configuration_version, k.started_at, k.due_at, k.warn_at, k.warned_at, k.breached_at, k.met_at, k.ended_at,
       k.ended_by, c.version AS calendar_now, p.paused_at, p.resumed_at
FROM sla_clock k LEFT JOIN calendar c ON c.id = k.calendar_id CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(s.from_at ORDER BY s.from_at), '{}') AS paused_at,
         coalesce(array_agg(s.to_at ORDER BY s.from_at), '{}') AS resumed_at
  FROM sla_pause s WHERE s.clock_id = k.id) p
WHERE k.ticket_id = $1 ORDER BY k.id

-- name: counted_otherwise
-- Running clocks that were last counted with an earlier version of this calendar, some at a time.
SELECT k.ticket_id FROM sla_clock k
WHERE k.calendar_id = $1 AND k.calendar_version < (SELECT c.version FROM calendar c WHERE c.id = $1) AND k.ended_at IS NULL
ORDER BY k.calendar_version, k.id LIMIT $2

-- name: is_unanswered
-- A message that did not reach the customer, who asked before it and has got no other since his question.
WITH sent AS (
  SELECT f.id, f.ticket_id FROM interaction f
  WHERE f.id = $1 AND f.direction = 'outbound' AND f.kind = 'message' AND f.state IN ('failed', 'undelivered', 'canceled')
)
SELECT EXISTS (
  SELECT FROM sent s
  JOIN interaction q ON q.ticket_id = s.ticket_id AND q.direction = 'inbound' AND q.kind = 'message' AND q.id < s.id
  WHERE NOT EXISTS (
    SELECT FROM interaction r
    WHERE r.ticket_id = s.ticket_id AND r.direction = 'outbound' AND r.kind = 'message' AND r.id > q.id
      AND r.state NOT IN ('failed', 'undelivered', 'canceled'))) AS is_unanswered

-- name: versions
-- What these calendars say now.
SELECT id, version FROM calendar WHERE id = ANY ($1::bigint[])

-- name: write
-- Clocks that change and clocks that begin, with their pauses, their timers and what is told of those that were broken or kept.
-- A timer that somebody holds is left alone: whoever fires it finds that there is nothing left to do.
WITH change AS (
  SELECT c.id, c.due_at, c.warn_at, c.warned_at, c.breached_at, c.met_at, c.ended_at, c.ended_by, c.calendar_version,
         c.is_told, c.is_kept, c.paused_at, c.resumed_at
  FROM jsonb_to_recordset($2::text::jsonb) AS c(
    id bigint, due_at timestamptz, warn_at timestamptz, warned_at timestamptz, breached_at timestamptz,
    met_at timestamptz, ended_at timestamptz, ended_by text, calendar_version int, is_told boolean,
    is_kept boolean, paused_at timestamptz, resumed_at timestamptz)
), changed AS (
  UPDATE sla_clock k SET
    due_at = c.due_at, warn_at = c.warn_at, warned_at = c.warned_at, breached_at = c.breached_at, met_at = c.met_at,
    ended_at = c.ended_at, ended_by = c.ended_by, calendar_version = c.calendar_version
  FROM change c WHERE k.id = ANY (ARRAY (SELECT id FROM change)) AND k.id = c.id
  RETURNING k.id, k.ticket_id, k.metric, k.policy, k.target_s, k.configuration_version, k.breached_at, k.due_at,
            k.ended_at, c.is_told, c.is_kept
), start AS (
  SELECT s.n, s.ticket_id, s.episode, s.metric, s.policy, s.target_s, s.warn_share, s.calendar_id, s.calendar_version,
         s.configuration_version, s.started_at, s.due_at, s.warn_at, s.breached_at, s.met_at, s.ended_at, s.ended_by,
         s.is_told, s.is_kept, s.paused_at
  FROM jsonb_to_recordset($3::text::jsonb) AS s(
    n int, ticket_id bigint, episode int, metric text, policy text, target_s int, warn_share float8, calendar_id bigint,
    calendar_version int, configuration_version int, started_at timestamptz, due_at timestamptz, warn_at timestamptz,
    breached_at timestamptz, met_at timestamptz, ended_at timestamptz, ended_by text, is_told boolean,
    is_kept boolean, paused_at timestamptz)
), started AS (  -- after the one before it has ended, or the index on open clocks would refuse it
  INSERT INTO sla_clock (ticket_id, episode, metric, policy, target_s, warn_share, calendar_id, calendar_version,
                         configuration_version, started_at, due_at, warn_at, breached_at, met_at, ended_at, ended_by)
  SELECT ticket_id, episode, metric, policy, target_s, warn_share, calendar_id, calendar_version,
         configuration_version, started_at, due_at, warn_at, breached_at, met_at, ended_at, ended_by
  FROM start WHERE (SELECT count(*) FROM changed) >= 0 ORDER BY n
  RETURNING id, ticket_id, metric, policy, target_s, configuration_version, breached_at, due_at, ended_at
), paused AS (
  INSERT INTO sla_pause (clock_id, from_at)
  SELECT c.id, c.paused_at FROM change c WHERE c.paused_at IS NOT NULL
  UNION ALL
  SELECT k.id, s.paused_at FROM start s JOIN started k ON k.ticket_id = s.ticket_id AND k.metric = s.metric
  WHERE s.paused_at IS NOT NULL
  ON CONFLICT (clock_id, from_at) DO UPDATE SET to_at = NULL
), resumed AS (
  UPDATE sla_pause p SET to_at = greatest(p.from_at, c.resumed_at) FROM change c
  WHERE p.clock_id = ANY (ARRAY (SELECT id FROM change)) AND p.clock_id = c.id AND p.to_at IS NULL
    AND c.resumed_at IS NOT NULL
), wanted AS (
  SELECT w.kind, k.id::text AS key, k.ticket_id, w.due_at
  FROM jsonb_to_recordset($4::text::jsonb) AS w(ticket_id bigint, metric text, kind text, due_at timestamptz)
  JOIN (SELECT id, ticket_id, metric FROM changed WHERE ended_at IS NULL
        UNION ALL SELECT id, ticket_id, metric FROM started WHERE ended_at IS NULL) AS k
    ON k.ticket_id = w.ticket_id AND k.metric = w.metric
), cleared AS (
  DELETE FROM timer WHERE id = ANY (ARRAY (
    SELECT t.id FROM timer t
    WHERE t.kind IN ('sla_warning', 'sla_due', 'sla_share') AND t.key = ANY (ARRAY (SELECT id::text FROM changed))
      AND NOT EXISTS (SELECT FROM wanted w WHERE w.kind = t.kind AND w.key = t.key)
    FOR UPDATE OF t SKIP LOCKED))
), set AS (
  INSERT INTO timer (due_at, kind, key, ticket_id) SELECT due_at, kind, key, ticket_id FROM wanted
  ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at
), told AS (
  SELECT id, ticket_id, metric, policy, target_s, configuration_version, breached_at, due_at FROM changed WHERE is_told OR is_kept
  UNION ALL
  SELECT k.id, k.ticket_id, k.metric, k.policy, k.target_s, k.configuration_version, k.breached_at, k.due_at
  FROM started k JOIN start s ON s.ticket_id = k.ticket_id AND s.metric = k.metric WHERE s.is_told OR s.is_kept
), broken AS (
  INSERT INTO event (at, kind, ticket_id, contact_id, agent_id, actor, team_ids, data)
  SELECT $1, 'sla_breached', t.id, t.contact_id, t.agent_id, 'system', t.team_ids,
         jsonb_build_object('state', t.state, 'queue_id', t.queue_id, 'tier', t.tier, 'category_id', t.category_id, 'clock_id', k.id,
           'metric', k.metric, 'policy', k.policy, 'target_s', k.target_s, 'due_at', k.breached_at,
           'configuration', k.configuration_version)
  FROM told k JOIN ticket t ON t.id = k.ticket_id
  WHERE t.id = ANY (ARRAY (SELECT ticket_id FROM told)) AND k.breached_at IS NOT NULL ORDER BY k.id
)
INSERT INTO event (at, kind, ticket_id, contact_id, agent_id, actor, team_ids, data)
SELECT $1, 'sla_met', t.id, t.contact_id, t.agent_id, 'system', t.team_ids,
       jsonb_build_object('state', t.state, 'queue_id', t.queue_id, 'tier', t.tier, 'category_id', t.category_id, 'clock_id', k.id,
         'metric', k.metric, 'policy', k.policy, 'target_s', k.target_s, 'due_at', k.due_at,
         'configuration', k.configuration_version)
FROM told k JOIN ticket t ON t.id = k.ticket_id
WHERE t.id = ANY (ARRAY (SELECT ticket_id FROM told)) AND k.breached_at IS NULL ORDER BY k.id
