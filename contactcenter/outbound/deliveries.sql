-- name: lock_message
-- A status may come before the answer that tells us the message's id: whoever is second sees both.
SELECT pg_advisory_xact_lock(hashtextextended($1, 20261122))

-- name: keep_status
-- Every callback is kept, also one for a message we do not know yet.
INSERT INTO status_update (channel, external_id, status, error_code, received_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
RETURNING received_at

-- name: sent_message
-- The message the callback is about, locked so that its state only rises.
SELECT id, state, ticket_id, contact_id, error_code FROM interaction
WHERE external_id = $1 AND direction = 'outbound' FOR NO KEY UPDATE

-- name: adopt
-- A report on a message whose answer was lost: our own correlation tells which one it is.
-- Nothing is awaited any more, so an answer that is lost from here on cannot take that back. It is also believed
-- of a message that the provider did not list when it was asked.
WITH known AS (
  UPDATE outbox SET state = 'sent', claimed_until = NULL, last_error = NULL FROM interaction i
  WHERE outbox.correlation_id = $2 AND i.id = outbox.interaction_id
    AND (outbox.state IN ('sending', 'unknown') OR (outbox.state = 'failed' AND i.error_code = 'not_taken'))
  RETURNING outbox.interaction_id
)
UPDATE interaction SET external_id = $1,
  state = CASE WHEN error_code = 'not_taken' THEN 'unknown' ELSE state END,
  error_code = CASE WHEN error_code IN ('not_taken', 'ambiguous') THEN NULL ELSE error_code END
FROM known WHERE interaction.id = known.interaction_id AND interaction.external_id IS NULL

-- name: kept_statuses
-- What was told so far of a message, oldest first.
SELECT status, error_code, received_at FROM status_update WHERE external_id = $1 ORDER BY id

-- name: set_state
-- The rank was compared under the row's lock.
UPDATE interaction SET state = $2, error_code = $3 WHERE id = $1

-- name: lock_messages
-- The same lock for many messages, in one order everywhere.
SELECT pg_advisory_xact_lock(hashtextextended(o.external_id, 20261122))
FROM (SELECT external_id FROM unnest($1::text[]) AS u(external_id) ORDER BY external_id) o

-- name: keep_states
-- What was told of messages whose ids we do not know yet.
INSERT INTO status_update (channel, external_id, status, received_at)
SELECT $1, u.external_id, u.status, clock_timestamp() FROM unnest($2::text[], $3::text[]) AS u(external_id, status)

-- name: sent_messages
-- The messages that is about, locked so that their states only rise.
SELECT id, state, ticket_id, contact_id, error_code, external_id FROM interaction
WHERE external_id = ANY ($1::text[]) AND direction = 'outbound' ORDER BY id FOR NO KEY UPDATE

-- name: set_states
-- The ranks were compared under the rows' locks.
UPDATE interaction SET state = u.state FROM unnest($1::bigint[], $2::text[]) AS u(id, state)
WHERE interaction.id = u.id
