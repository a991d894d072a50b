-- name: settle
-- Our number at the first tier's queue, and somebody with a telephone who is there and is never asked.
WITH door AS (
  INSERT INTO entry_point (channel, address, queue_id, language)
  SELECT 'phone', $1, id, 'en' FROM queue ORDER BY tier, id LIMIT 1
  RETURNING id AS entry_point_id, queue_id
), person AS (
  INSERT INTO user_account (email, name, role) VALUES ('nobody@example.com', 'Nobody', 'agent') RETURNING id
), agent AS (
  INSERT INTO agent (id, presence, last_seen_at, phone_address) SELECT id, 'available', now() + interval '1 day', 'client:nobody' FROM person
  RETURNING id
), there AS (
  INSERT INTO presence_interval (agent_id, presence, from_at) SELECT id, 'available', now() FROM agent
), serves AS (
  INSERT INTO membership (agent_id, queue_id, delay_s) SELECT agent.id, door.queue_id, 86400 FROM agent, door
)
SELECT entry_point_id, queue_id FROM door

-- name: hooks
-- What is stored of whose hooks.
SELECT leg_external_id AS sid, count(*)::int AS hooks FROM call_hook WHERE leg_external_id IS NOT NULL GROUP BY leg_external_id

-- name: accounts
-- What was measured of calls that are over, in seconds.
SELECT l.external_id AS sid, c.outcome, (c.account ->> 'ivr_s')::int AS ivr_s, (c.account ->> 'queue_s')::int AS queue_s,
       (c.account ->> 'call_s')::int AS call_s
FROM call c JOIN call_leg l ON l.call_id = c.id AND l.party = 'customer' WHERE c.ended_at IS NOT NULL
