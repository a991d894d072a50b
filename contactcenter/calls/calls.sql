-- name: find
-- One call.
SELECT id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
       language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
       unsettled_at, version
FROM call WHERE id = $1

-- name: lock
-- The same, locked until the end of the transaction: what its hooks tell is written under this lock.
SELECT id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
       language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
       unsettled_at, version
FROM call WHERE id = $1 FOR NO KEY UPDATE

-- name: of_interaction
-- The call that an entry of the timeline is about.
SELECT id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
       language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
       unsettled_at, version
FROM call WHERE interaction_id = $1

-- name: create
-- A call begins; what becomes of it is told by its hooks.
INSERT INTO call (entry_point_id, direction, address_kind, address, began_at, state, contact_id, ticket_id,
                  interaction_id, queue_id, callback_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
       language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
       unsettled_at, version

-- name: save
-- All that may change of it.
UPDATE call SET contact_id = $2, ticket_id = $3, interaction_id = $4, callback_id = $5, state = $6, outcome = $7,
  language = $8, choices = $9::text[], queue_id = $10, service_tag = $11, conference = $12, parked_in = $13,
  began_at = $14, parked_at = $15, answered_at = $16, ended_at = $17, account = $18::jsonb, unsettled_at = $19,
  attestation = $20,
  version = version + 1
WHERE id = $1 RETURNING version

-- name: settled
-- Whatever its hooks told so far, routing goes by it now.
UPDATE call SET unsettled_at = NULL WHERE id = $1 AND version = $2

-- name: unsettle_of
-- Routing looks anew at every call in which a telephone of this person rings or talks.
UPDATE call SET unsettled_at = coalesce(unsettled_at, $2)
WHERE id IN (SELECT call_id FROM call_leg WHERE user_id = $1 AND ended_at IS NULL)

-- name: unsettled
-- What a process that died, or could not take the routing lock, left behind; oldest first.
SELECT id FROM call WHERE unsettled_at <= $1 ORDER BY unsettled_at LIMIT $2
