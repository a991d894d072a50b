-- name: prune_inbound_keys
-- No provider redelivers after this long; a small piece at a time keeps the transaction short. A mailbox may
-- be numbered anew after years, and is read again from its first mail then; a browser keeps what was not
-- acknowledged until it is opened again: keys of mails and chats stay.
DELETE FROM inbound_key WHERE ctid = ANY (ARRAY(
  SELECT k.ctid FROM inbound_key k WHERE k.received_at < clock_timestamp() - interval '30 days'
    AND NOT EXISTS (SELECT FROM entry_point e WHERE e.id = k.entry_point_id AND e.channel IN ('email', 'webchat')) LIMIT 5000))

-- name: prune_call_hooks
-- Nothing is told of a call 30 days after its end, and its figures stand; the bytes stay with the deliveries.
DELETE FROM call_hook WHERE id = ANY (ARRAY(
  SELECT h.id FROM (SELECT id, call_id, received_at FROM call_hook ORDER BY id LIMIT 6000) AS h
  LEFT JOIN call c ON c.id = h.call_id
  WHERE h.received_at < clock_timestamp() - interval '30 days'
    AND (h.call_id IS NULL OR c.ended_at < clock_timestamp() - interval '30 days')))

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
-- Files that agents uploaded and nobody sent.
DELETE FROM attachment WHERE interaction_id IS NULL AND visitor_id IS NULL AND created_at < clock_timestamp() - interval '2 days'

-- name: prune_sign_in_attempts
-- Failures are forgotten after 30 days at the latest.
DELETE FROM sign_in_attempt WHERE key_sha256 = ANY (ARRAY(
  SELECT key_sha256 FROM sign_in_attempt WHERE failed_at < clock_timestamp() - interval '30 days' LIMIT 5000))

-- name: prune_sign_in_places
-- A place nobody signed in from for 90 days is strange again.
DELETE FROM sign_in_place WHERE key_sha256 = ANY (ARRAY(
  SELECT key_sha256 FROM sign_in_place WHERE seen_at < clock_timestamp() - interval '90 days' LIMIT 5000))

-- name: prune_alert_deliveries
-- Who was told of an alert is forgotten after 90 days: addresses of people are in it.
DELETE FROM alert_delivery WHERE id = ANY (ARRAY(
  SELECT id FROM alert_delivery WHERE ended_at < clock_timestamp() - interval '90 days' LIMIT 5000))

-- name: prune_alerts
-- What was raised is kept for two years, as long as anybody compares with the year before.
DELETE FROM alert WHERE id = ANY (ARRAY(
  SELECT a.id FROM alert a WHERE a.cleared_at < clock_timestamp() - interval '2 years'
    AND NOT EXISTS (SELECT FROM alert_delivery d WHERE d.alert_id = a.id) LIMIT 5000))
