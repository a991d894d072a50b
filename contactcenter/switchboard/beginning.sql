-- name: begin
-- A caller is in the menu, by his one telephone; who may know of it follows from a ticket, and it has none.
WITH begun AS (
  INSERT INTO call (entry_point_id, direction, address_kind, address, began_at, state) VALUES ($1, 'inbound', $2, $3, $4, 'menu')
  RETURNING id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
         language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
         unsettled_at, version
), telephone AS (
  INSERT INTO call_leg (call_id, party, purpose, address, external_id, state, began_at)
  SELECT id, 'customer', 'customer', address, $5, 'answered', began_at FROM begun
), told AS (
  INSERT INTO event (at, kind, actor, team_ids, data)
  SELECT $6, 'call_began', 'customer', '{}', jsonb_build_object('call_id', id, 'direction', direction) FROM begun
)
SELECT id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
       language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
       unsettled_at, version
FROM begun
