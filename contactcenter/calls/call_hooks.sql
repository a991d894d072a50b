-- name: keep
-- Once by its key, its bytes with it; a copy returns nothing.
WITH fresh AS (
  INSERT INTO call_hook (key, call_id, leg_external_id, conference, name, told, received_at, account, delivery_id)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $12, nextval('delivery_id_seq'))
  ON CONFLICT (key, account) DO NOTHING
  RETURNING id, delivery_id
), kept AS (
  INSERT INTO delivery (id, received_at, channel, content_type, headers, body, body_sha256)
  SELECT delivery_id, statement_timestamp(), 'phone', $8, $9::jsonb, $10::bytea, $11::bytea FROM fresh
)
SELECT id, delivery_id FROM fresh

-- name: note
-- What nobody sent: our own console's events, and what the provider said when it was asked.
INSERT INTO call_hook (key, call_id, leg_external_id, conference, name, told, received_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
ON CONFLICT (key, account) DO NOTHING
RETURNING id

-- name: belongs
-- The hook that a call began with was stored before the call was.
UPDATE call_hook SET call_id = $2 WHERE id = $1

-- name: of_call
-- Everything a call's figures are made of.
SELECT id, key, name, told, received_at FROM call_hook WHERE call_id = $1 ORDER BY id
