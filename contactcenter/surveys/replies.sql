-- name: open
-- The newest question at this address of ours that its sender may answer. Locked: of two answers at once the first counts.
SELECT s.id, s.ticket_id, t.contact_id, i.id AS identity_id
FROM identity i JOIN survey s ON s.identity_id = i.id JOIN ticket t ON t.id = s.ticket_id
WHERE i.kind = $1 AND i.value = $2 AND s.entry_point_id = $3 AND s.state IN ('sent', 'answered') AND s.expires_at > $4
  AND NOT EXISTS (SELECT FROM ticket o WHERE o.contact_id = i.contact_id AND o.state NOT IN ('solved', 'closed'))
ORDER BY s.id DESC LIMIT 1 FOR UPDATE OF s

-- name: keep
-- A message as the intake keeps it, but that nobody has to look at it; no row where it was kept before.
WITH fresh AS (
  INSERT INTO inbound_key (entry_point_id, external_id, received_at) VALUES ($1, $2, $13)
  ON CONFLICT DO NOTHING RETURNING entry_point_id
), kept AS (
  INSERT INTO delivery (received_at, channel, entry_point_id, content_type, headers, body)
  SELECT $13, $3, f.entry_point_id, $4, $5::text::jsonb, $6 FROM fresh f RETURNING id
)
INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, body, state, external_id, delivery_id,
                         occurred_at, received_at, triaged_at)
SELECT $7, $8, $1, $9, $3, 'inbound', 'survey_answer', $10, 'received', $11, k.id, coalesce($12::timestamptz, $13), $13, $13 FROM kept k
RETURNING id
