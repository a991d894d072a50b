-- name: put_setting
-- What holds for the whole centre, by name.
INSERT INTO routing_setting (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value WHERE routing_setting.value <> EXCLUDED.value

-- name: remove_setting
-- As it is where nobody has set anything.
DELETE FROM routing_setting WHERE name = $1

-- name: remove_credits
-- All of them.
DELETE FROM credit_rule

-- name: put_credit
-- How long a reason counts as waiting.
INSERT INTO credit_rule (kind, value, credit_s) VALUES ($1, $2, $3)

-- name: remove_overflow
-- All of it.
DELETE FROM overflow_step

-- name: put_overflow
-- Where a ticket goes that waits too long.
INSERT INTO overflow_step (queue_id, after_s, to_queue_id, channels) VALUES ($1, $2, $3, $4)

-- name: remove_escalation
-- All rules.
DELETE FROM escalation_rule

-- name: put_escalation
-- Who rises, and when; at its place among the rules.
INSERT INTO escalation_rule (name, position, from_queue_id, condition, to_queue_id, moves, notify)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: remove_sla
-- All policies; clocks that run keep what they were promised.
DELETE FROM sla_policy

-- name: put_sla
-- What is promised; at its place among the policies.
INSERT INTO sla_policy (name, position, condition, first_reply_s, next_reply_s, resolution_s, calendar_id, warn_share)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: remove_team_queues
-- All that teams serve.
DELETE FROM team_queue

-- name: put_team_queue
-- A team serves a queue.
INSERT INTO team_queue (team_id, queue_id, level, delay_s, handicap_s, band) VALUES ($1, $2, $3, $4, $5, $6)
