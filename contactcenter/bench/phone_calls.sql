-- name: staff
-- Agents with telephones, who are there for as long as the run takes, in the queue of our number; they wrap up for a second.
WITH door AS (
  SELECT queue_id FROM entry_point WHERE channel = 'phone'
), brief AS (
  UPDATE queue SET wrap_up_s = 1 FROM door WHERE queue.id = door.queue_id
), person AS (
  INSERT INTO user_account (email, name, role)
  SELECT 'agent' || n || '@example.com', 'Agent ' || n, 'agent' FROM generate_series(1, $1::int) AS n RETURNING id, email
), agent AS (
  INSERT INTO agent (id, presence, last_seen_at, phone_address)
  SELECT id, 'available', now() + interval '1 day', 'client:' || split_part(email, '@', 1) FROM person
  RETURNING id
), there AS (
  INSERT INTO presence_interval (agent_id, presence, from_at) SELECT id, 'available', now() FROM agent
)
INSERT INTO membership (agent_id, queue_id) SELECT agent.id, door.queue_id FROM agent, door

-- name: live
-- How many calls are not over, or not settled.
SELECT count(*)::int FROM call WHERE ended_at IS NULL OR unsettled_at IS NOT NULL

-- name: accounts
-- What was measured of each call, by the provider's id of the caller.
SELECT l.external_id AS sid, c.outcome, coalesce((c.account ->> 'ivr_s')::int, 0) AS ivr_s,
       coalesce((c.account ->> 'queue_s')::int, 0) AS queue_s,
       coalesce((c.account ->> 'talk_s')::int, 0) AS talk_s, coalesce((c.account ->> 'hold_s')::int, 0) AS hold_s,
       coalesce((c.account ->> 'call_s')::int, 0) AS call_s
FROM call c JOIN call_leg l ON l.call_id = c.id AND l.party = 'customer'

-- name: held
-- Agents who are in a call after all are over.
SELECT count(*)::int FROM ticket WHERE live_call_id IS NOT NULL
