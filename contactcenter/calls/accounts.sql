-- name: save_both
-- A call as it is counted now, and those of its telephones of which something else is known.
WITH telephone AS (
  UPDATE call_leg l SET state = w.state, end_reason = w.end_reason, external_id = coalesce(l.external_id, w.external_id),
    answered_at = w.answered_at, joined_at = w.joined_at, ended_at = w.ended_at, looked_at = w.looked_at
  FROM jsonb_to_recordset($1::jsonb) AS w (id bigint, state text, end_reason text, external_id text, answered_at timestamptz,
                                           joined_at timestamptz, ended_at timestamptz, looked_at timestamptz)
  WHERE l.id = w.id
)
UPDATE call SET contact_id = $3, ticket_id = $4, interaction_id = $5, callback_id = $6, state = $7, outcome = $8,
  language = $9, choices = $10::text[], queue_id = $11, service_tag = $12, conference = $13, parked_in = $14,
  began_at = $15, parked_at = $16, answered_at = $17, ended_at = $18, account = $19::jsonb, unsettled_at = $20,
  attestation = $21,
  version = version + 1
WHERE id = $2 RETURNING version
