-- name: owned
-- The machines of these contacts and of whoever is part of them.
SELECT c.contact_id, a.id AS asset_id, a.service_tag FROM unnest($1::bigint[]) AS c(contact_id)
CROSS JOIN LATERAL contact_with_merged(c.contact_id) AS p
JOIN asset_owner o ON o.contact_id = p.contact_id AND o.to_at IS NULL
JOIN asset a ON a.id = o.asset_id AND a.retired_at IS NULL
ORDER BY c.contact_id, a.id

-- name: attach
-- What is there already stays as it is; returned is what is new. Whose it is may have changed since somebody looked.
INSERT INTO ticket_asset (ticket_id, asset_id, source, interaction_id, at, actor)
SELECT DISTINCT ON (n.ticket_id, n.asset_id) n.ticket_id, n.asset_id, $3, n.interaction_id, $5::timestamptz, $6
FROM unnest($1::bigint[], $2::bigint[], $4::bigint[]) AS n(ticket_id, asset_id, interaction_id)
JOIN ticket t ON t.id = n.ticket_id JOIN asset_owner o ON o.asset_id = n.asset_id AND o.to_at IS NULL
WHERE o.contact_id IN (SELECT p.contact_id FROM contact_with_merged(t.contact_id) AS p)
ORDER BY n.ticket_id, n.asset_id, n.interaction_id
ON CONFLICT DO NOTHING RETURNING ticket_id, asset_id

-- name: detach
-- It was not about this one.
DELETE FROM ticket_asset WHERE ticket_id = $1 AND asset_id = $2 RETURNING ticket_id

-- name: of_ticket
-- What a ticket is about.
SELECT a.service_tag, a.model, t.source, t.interaction_id, t.at
FROM ticket_asset t JOIN asset a ON a.id = t.asset_id WHERE t.ticket_id = $1 ORDER BY t.at, a.id

-- name: note_unowned
-- Once a message; returned are tickets that had no such message yet.
WITH before AS (SELECT DISTINCT u.ticket_id FROM unowned_tag u WHERE u.ticket_id = ANY ($1::bigint[])), noted AS (
  INSERT INTO unowned_tag (ticket_id, interaction_id, at)
  SELECT n.ticket_id, n.interaction_id, $3::timestamptz FROM unnest($1::bigint[], $2::bigint[]) AS n(ticket_id, interaction_id)
  ON CONFLICT DO NOTHING RETURNING ticket_id)
SELECT DISTINCT ticket_id FROM noted WHERE ticket_id NOT IN (SELECT ticket_id FROM before) ORDER BY ticket_id

-- name: count
-- Whoever read these before has an old version.
UPDATE ticket SET version = version + 1 WHERE id = ANY ($1::bigint[])
RETURNING id, version, contact_id, agent_id, state, queue_id, tier, team_ids
