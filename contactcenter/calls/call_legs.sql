-- name: find
-- One telephone.
SELECT id, call_id, party, user_id, address, purpose, offer_id, external_id, state, end_reason, began_at, answered_at,
       joined_at, ended_at, looked_at
FROM call_leg WHERE id = $1

-- name: of_call
-- The telephones of a call.
SELECT id, call_id, party, user_id, address, purpose, offer_id, external_id, state, end_reason, began_at, answered_at,
       joined_at, ended_at, looked_at
FROM call_leg WHERE call_id = $1 ORDER BY id

-- name: by_external_id
-- What a hook is about.
SELECT id, call_id, party, user_id, address, purpose, offer_id, external_id, state, end_reason, began_at, answered_at,
       joined_at, ended_at, looked_at
FROM call_leg WHERE external_id = $1

-- name: add
-- Ours are written before they are dialled, the customer's when he calls.
INSERT INTO call_leg (call_id, party, purpose, address, user_id, offer_id, external_id, state, began_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id, call_id, party, user_id, address, purpose, offer_id, external_id, state, end_reason, began_at, answered_at,
       joined_at, ended_at, looked_at

-- name: dialled
-- The provider's answer and its first hook both tell the id; whoever comes first.
UPDATE call_leg SET external_id = coalesce(external_id, $2), state = CASE WHEN state = 'wanted' THEN 'dialling' ELSE state END
WHERE id = $1
RETURNING id, call_id, party, user_id, address, purpose, offer_id, external_id, state, end_reason, began_at, answered_at,
       joined_at, ended_at, looked_at

-- name: save
-- What is known of it by now.
UPDATE call_leg SET state = $2, end_reason = $3, external_id = coalesce(external_id, $4), answered_at = $5, joined_at = $6, ended_at = $7,
  looked_at = $8
WHERE id = $1
