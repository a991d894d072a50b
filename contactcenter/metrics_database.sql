-- name: samples
-- Everything the database can tell at a scrape, in one round trip; each part reads an index or a small table.
SELECT 'triage_untriaged_messages' AS name, '' AS label, count(*)::float8 AS value
FROM interaction WHERE direction = 'inbound' AND triaged_at IS NULL
UNION ALL
SELECT 'triage_lag_seconds', '', coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0)::float8
FROM interaction WHERE direction = 'inbound' AND triaged_at IS NULL
UNION ALL
SELECT 'tickets_waiting', q.tier::text, count(t.id)::float8
FROM queue q LEFT JOIN ticket t ON t.queue_id = q.id AND t.state = 'waiting' GROUP BY q.tier
UNION ALL
SELECT 'ticket_oldest_wait_seconds', q.tier::text,
       coalesce(extract(epoch FROM clock_timestamp() - min(l.from_at)), 0)::float8
FROM queue q LEFT JOIN ticket t ON t.queue_id = q.id AND t.state = 'waiting'
LEFT JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL GROUP BY q.tier
UNION ALL
SELECT 'agents', p.presence, count(a.id)::float8
FROM unnest(ARRAY['offline', 'available', 'away', 'wrap_up', 'draining']) AS p(presence)
LEFT JOIN agent a ON a.presence = p.presence GROUP BY p.presence
UNION ALL
SELECT 'outbox_messages', s.state, count(o.id)::float8
FROM unnest(ARRAY['queued', 'sending', 'unknown']) AS s(state)
LEFT JOIN outbox o ON o.state = s.state AND o.state IN ('queued', 'sending', 'unknown') GROUP BY s.state
UNION ALL
SELECT 'outbox_oldest_due_seconds', '',
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(next_at)), 0))::float8
FROM outbox WHERE state = 'queued'
UNION ALL
SELECT 'outbox_unknown_old_messages', '', count(*)::float8
FROM outbox WHERE state = 'unknown' AND unknown_at < clock_timestamp() - interval '15 minutes'
UNION ALL
SELECT 'timers_overdue', '', count(*)::float8
FROM timer WHERE due_at < clock_timestamp() - interval '5 seconds'
UNION ALL
SELECT 'timer_lateness_seconds', '',
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0))::float8 FROM timer
UNION ALL
SELECT 'quarantine_held_payloads', '', count(*)::float8 FROM quarantine WHERE released_at IS NULL
UNION ALL
SELECT 'calls_live', s.state, count(c.id)::float8
FROM unnest(ARRAY['dialling', 'menu', 'waiting', 'connecting', 'talking', 'on_hold', 'voicemail']) AS s(state)
LEFT JOIN call c ON c.state = s.state AND c.ended_at IS NULL GROUP BY s.state
UNION ALL
SELECT 'calls_oldest_wait_seconds', '',
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(parked_at)), 0))::float8
FROM call WHERE state = 'waiting' AND ended_at IS NULL
UNION ALL
SELECT 'call_commands_overdue_seconds', '',
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(coalesce(claimed_until, due_at))), 0))::float8
FROM call_command WHERE state IN ('queued', 'sending')
UNION ALL
SELECT 'calls_unsettled_seconds', '',
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(unsettled_at)), 0))::float8
FROM call WHERE unsettled_at IS NOT NULL
UNION ALL
SELECT 'call_hooks_unknown', '', count(*)::float8
FROM (SELECT FROM call_hook WHERE call_id IS NULL AND received_at > clock_timestamp() - interval '1 day' LIMIT 1000) AS unknown
UNION ALL
SELECT 'alerts_open', '', count(*)::float8 FROM alert WHERE cleared_at IS NULL AND rule_id IS NOT NULL
UNION ALL
SELECT 'alert_deliveries_queued', kind.kind, count(d.id)::float8
FROM unnest(ARRAY['email', 'webhook']) AS kind(kind)
LEFT JOIN alert_delivery d ON d.kind = kind.kind AND d.state = 'queued' GROUP BY kind.kind
UNION ALL
SELECT 'lease_held', name, (until_at > clock_timestamp())::int::float8 FROM lease
UNION ALL
SELECT 'database_oldest_write_seconds', '',
       coalesce(max(extract(epoch FROM clock_timestamp() - w.since)), 0)::float8
FROM (SELECT xact_start AS since FROM pg_stat_activity WHERE backend_xid IS NOT NULL
      UNION ALL SELECT prepared FROM pg_prepared_xacts) AS w
