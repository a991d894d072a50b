-- name: effective
-- What counts: granted, by a warranty, and by what follows from a category or a contract.
SELECT e.id, a.service_tag, e.kind, e.level, e.source, e.from_at, e.until_at
FROM own_entitlements($1, $2) AS e LEFT JOIN asset a ON a.id = e.asset_id
UNION ALL
SELECT NULL, NULL, t.kind, t.level, CASE t.segment_kind WHEN 'contract' THEN 'contract' ELSE 'category' END, g.from_at, g.to_at
FROM said_segments($1, $2) AS s JOIN segment g ON g.id = s.id
JOIN entitlement_term t ON t.segment_kind = s.kind AND t.segment_value = s.value
ORDER BY kind, level, source, id

-- name: granted
-- All that was granted to a contact and whoever is part of him, or with a machine.
SELECT e.id, e.contact_id, e.asset_id, e.kind, e.level, e.source, e.from_at, e.until_at, e.told_at, e.actor
FROM entitlement e
WHERE e.contact_id IN (SELECT p.contact_id FROM contact_with_merged($1::bigint) AS p) OR e.asset_id = $2::bigint
ORDER BY e.id DESC LIMIT 200

-- name: lock
-- One change after the other.
SELECT id, contact_id, asset_id, kind, level, source, from_at, until_at, told_at, actor
FROM entitlement WHERE id = $1 FOR UPDATE

-- name: put
-- What we promise to somebody, or to whoever owns it.
INSERT INTO entitlement (contact_id, asset_id, kind, level, source, from_at, until_at, told_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id

-- name: end
-- It counts no more.
UPDATE entitlement SET until_at = greatest(from_at, $2) WHERE id = $1

-- name: owner_of
-- Whom a machine entitles now.
SELECT contact_survivor(contact_id) AS contact_id FROM asset_owner WHERE asset_id = $1 AND to_at IS NULL

-- name: terms
-- What follows from categories and contracts.
SELECT segment_kind, segment_value, kind, level FROM entitlement_term ORDER BY id

-- name: lock_terms
-- One edit after the other.
LOCK TABLE entitlement_term IN SHARE ROW EXCLUSIVE MODE

-- name: clear_terms
-- What follows takes the place of all that was.
DELETE FROM entitlement_term

-- name: put_terms
-- The terms in their order.
INSERT INTO entitlement_term (segment_kind, segment_value, kind, level)
SELECT n.segment_kind, n.segment_value, n.kind, n.level
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS n(segment_kind, segment_value, kind, level, line)
ORDER BY n.line

-- name: concerned
-- Of whom these are said, and who waits for us now: what his tickets are granted follows from it.
SELECT DISTINCT t.contact_id FROM ticket t
WHERE t.state NOT IN ('solved', 'closed') AND EXISTS (
  SELECT FROM unnest($1::text[], $2::text[]) AS n(kind, value)
  JOIN segment s ON s.contact_id = t.contact_id AND s.kind = n.kind AND s.value = n.value
  WHERE s.ticket_id IS NULL AND s.from_at <= $3 AND (s.to_at IS NULL OR s.to_at > $3))
ORDER BY t.contact_id
