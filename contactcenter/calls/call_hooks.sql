-- name: keep
-- Once by its key, its bytes with it; of a copy there is no delivery. With it, where that is asked for ($13), the telephones of
-- its call, and all that was told of it before. Of a hook whose call nobody locked ($14) it is told whether the call may be over
-- without it: it has ended, or somebody is counting it. Who locks it after this statement reads the hook.
WITH fresh AS (
  INSERT INTO call_hook (key, call_id, leg_external_id, conference, name, told, received_at, account, delivery_id)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $12, nextval('delivery_id_seq'))
  ON CONFLICT (key, account) DO NOTHING
  RETURNING delivery_id
), kept AS (
  INSERT INTO delivery (id, received_at, channel, content_type, headers, body, body_sha256)
  SELECT delivery_id, statement_timestamp(), 'phone', $8, $9::jsonb, $10::bytea, $11::bytea FROM fresh
)
SELECT fresh.delivery_id,
  (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.id) FROM (
     SELECT id, call_id, party, user_id, address, purpose, offer_id, external_id, state, end_reason, began_at, answered_at,
            joined_at, ended_at, looked_at
     FROM call_leg WHERE $13 AND call_id = $2) l) AS legs,
  (SELECT jsonb_agg(h.told ORDER BY h.id) FROM call_hook h WHERE $13 AND h.call_id = $2) AS told,
  $14 AND NOT EXISTS (SELECT FROM call c WHERE $14 AND c.id = $2 AND c.ended_at IS NULL FOR SHARE SKIP LOCKED) AS is_missed
FROM (SELECT 1) AS one LEFT JOIN fresh ON true

-- name: note
-- What nobody sent: our own console's events, and what the provider said when it was asked.
INSERT INTO call_hook (key, call_id, leg_external_id, conference, name, told, received_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
ON CONFLICT (key, account) DO NOTHING
RETURNING id

-- name: known
-- The telephones of a call, and all that was told of it.
SELECT
  (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.id) FROM (
     SELECT id, call_id, party, user_id, address, purpose, offer_id, external_id, state, end_reason, began_at, answered_at,
            joined_at, ended_at, looked_at
     FROM call_leg WHERE call_id = $1) l) AS legs,
  (SELECT jsonb_agg(h.told ORDER BY h.id) FROM call_hook h WHERE h.call_id = $1) AS told
