-- name: note
-- As the intake knows people by their addresses; nobody has to look at it. Whoever loses a race is run again.
WITH stranger AS (
  INSERT INTO identity (contact_id, kind, value)
  SELECT nextval('contact_id_seq'), $1, $2 WHERE NOT EXISTS (SELECT FROM identity i WHERE i.kind = $1 AND i.value = $2)
  ON CONFLICT DO NOTHING
  RETURNING id, contact_id
), new_contact AS (
  INSERT INTO contact (id) SELECT contact_id FROM stranger
), person AS (
  SELECT id, contact_id FROM identity WHERE kind = $1 AND value = $2 UNION ALL SELECT id, contact_id FROM stranger
), noted AS (
  INSERT INTO interaction (contact_id, entry_point_id, identity_id, channel, direction, kind, body, state, external_id,
                           details, occurred_at, received_at, triaged_at)
  SELECT contact_id, $3, id, 'phone', 'inbound', 'call', '', 'received', $4, $5::jsonb, $6, $7, $7 FROM person
  RETURNING id, contact_id
), told AS (
  INSERT INTO event (at, kind, contact_id, actor, team_ids, data)
  SELECT $7, 'contact_created', contact_id, 'customer', '{}', '{}' FROM stranger
)
SELECT noted.id AS interaction_id, noted.contact_id
FROM (SELECT 1) AS one LEFT JOIN noted ON true WHERE noted.id IS NOT NULL OR lost_race()
