-- name: find
-- One ticket as it is.
SELECT id, contact_id, channel, entry_point_id, intake_queue_id, subject, state, queue_id, tier, agent_id,
       temperament, language, category_id, weight, credit_s, episode, escalations, reopens, opened_at,
       enqueued_at, first_reply_at, last_customer_message_at, last_reply_at, wake_at, escalation_left_s,
       hold_reason, disposition, solved_at, solved_by_id, closed_at, spam, follows_id, team_ids,
       sticky_agent_id, sticky_until, overflow, returns, abandoned_at, live_call_id, needs_phone, version
FROM ticket WHERE id = $1

-- name: lock
-- The same, locked until the end of the transaction: versions are counted under this lock.
SELECT id, contact_id, channel, entry_point_id, intake_queue_id, subject, state, queue_id, tier, agent_id,
       temperament, language, category_id, weight, credit_s, episode, escalations, reopens, opened_at,
       enqueued_at, first_reply_at, last_customer_message_at, last_reply_at, wake_at, escalation_left_s,
       hold_reason, disposition, solved_at, solved_by_id, closed_at, spam, follows_id, team_ids,
       sticky_agent_id, sticky_until, overflow, returns, abandoned_at, live_call_id, needs_phone, version
FROM ticket WHERE id = $1 FOR NO KEY UPDATE

-- name: lock_all
-- Several, locked in one order whoever locks them.
SELECT id, contact_id, channel, entry_point_id, intake_queue_id, subject, state, queue_id, tier, agent_id,
       temperament, language, category_id, weight, credit_s, episode, escalations, reopens, opened_at,
       enqueued_at, first_reply_at, last_customer_message_at, last_reply_at, wake_at, escalation_left_s,
       hold_reason, disposition, solved_at, solved_by_id, closed_at, spam, follows_id, team_ids,
       sticky_agent_id, sticky_until, overflow, returns, abandoned_at, live_call_id, needs_phone, version
FROM ticket WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE

-- name: save
-- The ticket with one version more.
UPDATE ticket SET
  subject = $2, state = $3, queue_id = $4, tier = $5, agent_id = $6, temperament = $7, language = $8,
  category_id = $9, weight = $10, credit_s = $11, episode = $12, escalations = $13, reopens = $14,
  enqueued_at = $15, first_reply_at = $16, last_customer_message_at = $17, last_reply_at = $18, wake_at = $19,
  escalation_left_s = $20, hold_reason = $21, disposition = $22, solved_at = $23, solved_by_id = $24,
  closed_at = $25, spam = $26, team_ids = $27::text::bigint[], intake_queue_id = $28, contact_id = $29,
  sticky_agent_id = $30, sticky_until = $31, overflow = $32::text::jsonb, returns = $33, abandoned_at = $34,
  version = version + 1
WHERE id = $1
RETURNING version

-- name: open
-- A ticket that we open ourselves, because we write first.
INSERT INTO ticket (contact_id, channel, entry_point_id, intake_queue_id, subject, state, opened_at,
                    enqueued_at, team_ids)
VALUES ($1, $2, $3, $4, $5, 'new', $6, $6, $7)
RETURNING id

-- name: unsolved_twin
-- The ticket that already stands for this contact and entry queue.
SELECT id FROM ticket
WHERE contact_id = $1 AND intake_queue_id = $2 AND state NOT IN ('solved', 'closed') AND id <> $3

-- name: unsolved_of
-- The ticket a message of this contact to this entry queue would join.
SELECT id FROM ticket WHERE contact_id = $1 AND intake_queue_id = $2 AND state NOT IN ('solved', 'closed')

-- name: held_by
-- What an agent is accountable for.
SELECT id FROM ticket WHERE agent_id = $1 ORDER BY rank_us, id

-- name: grant_credit
-- A named reason is granted anew, not twice.
INSERT INTO credit (ticket_id, reason, credit_s) VALUES ($1, $2, $3)
ON CONFLICT (ticket_id, reason) DO UPDATE SET credit_s = credit.credit_s + EXCLUDED.credit_s

-- name: total_credit
-- The sum of the named reasons is the ticket's credit.
SELECT coalesce(sum(credit_s), 0)::int AS credit_s FROM credit WHERE ticket_id = $1

-- name: set_phone
-- The call that waits with it or is talked in, whether only a telephone will do, and what it takes meanwhile.
UPDATE ticket SET live_call_id = $2, needs_phone = $3, weight = $4 WHERE id = $1

-- name: value_then
-- What the contact of a ticket was worth at an instant.
SELECT value_then($1, $2) AS value
