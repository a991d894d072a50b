-- name: facts
-- What the server says of itself, in one row.
SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS version_number,
       current_setting('server_encoding') AS encoding, cardinality(show_trgm('سلام')) AS persian_trigrams,
       current_setting('default_transaction_isolation') AS isolation, current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('wal_compression') AS wal_compression, clock_timestamp() AS now

-- name: administrators
-- Whether somebody can administer.
SELECT count(*)::int AS administrators FROM user_account WHERE role = 'admin' AND disabled_at IS NULL

-- name: empty_queues
-- Queues whose tickets nobody could ever take.
SELECT q.name FROM queue q WHERE q.archived_at IS NULL AND NOT EXISTS (
  SELECT FROM membership m JOIN user_account u ON u.id = m.agent_id AND u.disabled_at IS NULL WHERE m.queue_id = q.id)
ORDER BY q.tier, q.id

-- name: late_timers
-- Timers that should have fired: is there a process that does the work?
SELECT count(*)::int AS late_timers FROM timer WHERE due_at < clock_timestamp() - interval '30 seconds'

-- name: held_payloads
-- Payloads that wait in quarantine.
SELECT count(*)::int AS held_payloads FROM quarantine WHERE released_at IS NULL

-- name: calls_told_in_part
-- What the provider told of calls that no hook ever began; calls that routing should have followed long ago.
SELECT (SELECT count(*)::int FROM (SELECT FROM call_hook WHERE call_id IS NULL
          AND received_at BETWEEN clock_timestamp() - interval '1 day' AND clock_timestamp() - interval '10 minutes'
          LIMIT 1000) AS some_hooks) AS unknown,
       (SELECT count(*)::int FROM call WHERE unsettled_at < clock_timestamp() - interval '30 seconds') AS unsettled

-- name: alerts_untold
-- Alerts of the last day of which somebody could not be told, or has been tried to be told three times.
SELECT count(DISTINCT d.alert_id)::int AS alerts_untold FROM alert_delivery d JOIN alert a ON a.id = d.alert_id
WHERE a.raised_at > clock_timestamp() - interval '1 day' AND (d.state = 'failed' OR d.state = 'queued' AND d.attempts >= 3)
