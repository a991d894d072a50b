-- name: prune_inbound_keys
-- No provider redelivers after this long; a small piece at a time keeps the transaction short.
DELETE FROM inbound_key WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM inbound_key WHERE received_at < clock_timestamp() - interval '30 days' LIMIT 5000))

-- name: prune_idempotency_keys
-- A key is honoured for a day.
DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM idempotency_key WHERE created_at < clock_timestamp() - interval '24 hours' LIMIT 5000))

-- name: prune_sessions
-- A session that is over opens nothing.
DELETE FROM session WHERE expires_at < clock_timestamp()

-- name: prune_links
-- A link that was used, or whose time is over, opens nothing; kept a month for questions.
DELETE FROM user_ticket WHERE expires_at < clock_timestamp() - interval '30 days'

-- name: prune_uploads
-- Files nobody sent.
DELETE FROM attachment WHERE interaction_id IS NULL AND created_at < clock_timestamp() - interval '2 days'

-- name: take_lease
-- One process at a time; who held it may take it again.
INSERT INTO lease (name, holder, until_at) VALUES ($1, $2, clock_timestamp() + $3::int * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, until_at = EXCLUDED.until_at, fence = lease.fence + 1
WHERE lease.until_at < clock_timestamp() OR lease.holder = EXCLUDED.holder
RETURNING fence
