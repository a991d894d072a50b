-- name: enqueue
-- Written with the message itself: it is sent exactly when it exists.
INSERT INTO outbox (interaction_id, conversation, correlation_id, next_at, created_at)
VALUES ($1, $2, $3, $4, $4)

-- name: claim
-- The first unsent message of each conversation whose time has come; whoever is faster takes it.
WITH mine AS (
  SELECT o.id FROM outbox o
  WHERE o.state = 'queued' AND o.next_at <= clock_timestamp()
    AND NOT EXISTS (SELECT FROM outbox before WHERE before.conversation = o.conversation AND before.id < o.id
                    AND before.state IN ('queued', 'sending'))
  ORDER BY o.next_at, o.id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), claimed AS (
  UPDATE outbox SET state = 'sending', attempts = attempts + 1,
    claimed_until = clock_timestamp() + $2::int * interval '1 second'
  FROM mine WHERE outbox.id = mine.id
  RETURNING outbox.id, outbox.interaction_id, outbox.correlation_id, outbox.attempts, outbox.created_at
)
SELECT c.id, c.interaction_id, c.correlation_id, c.attempts, c.created_at, i.channel, i.body, i.ticket_id,
       i.contact_id, i.author_id, e.address AS entry_point, d.kind AS recipient_kind, d.value AS recipient,
       ARRAY(SELECT a.token FROM attachment a WHERE a.interaction_id = i.id AND a.token IS NOT NULL
             ORDER BY a.position, a.id) AS media_tokens
FROM claimed c JOIN interaction i ON i.id = c.interaction_id
JOIN entry_point e ON e.id = i.entry_point_id JOIN identity d ON d.id = i.identity_id
ORDER BY c.id

-- name: abandoned
-- Claimed by somebody who never came back: nobody knows whether the provider took it.
UPDATE outbox SET state = 'unknown', claimed_until = NULL, last_error = 'the sender was lost'
WHERE state = 'sending' AND claimed_until < clock_timestamp()
RETURNING id, interaction_id

-- name: finish
-- Terminal: sent, failed or unknown.
UPDATE outbox SET state = $2, claimed_until = NULL, last_error = $3 WHERE id = $1 AND state = 'sending'

-- name: put_back
-- Certainly not sent: once more, later.
UPDATE outbox SET state = 'queued', claimed_until = NULL, last_error = $2,
  next_at = clock_timestamp() + $3::float8 * interval '1 second'
WHERE id = $1 AND state = 'sending'

-- name: set_interaction
-- The state only rises; a callback may have been faster than this answer.
UPDATE interaction SET state = $2, external_id = coalesce($3, external_id), segments = coalesce($4, segments),
  error_code = $5, error_detail = $6
WHERE id = $1
RETURNING ticket_id, contact_id

