-- name: find
-- A machine, and whose it is now.
SELECT a.id, a.service_tag, a.model, a.product_category, a.configuration, a.downloads, a.warranty_level, a.warranty_from,
       a.warranty_until, a.version, a.created_at, a.retired_at, contact_survivor(o.contact_id) AS owner_id, o.from_at AS owned_since
FROM asset a LEFT JOIN asset_owner o ON o.asset_id = a.id AND o.to_at IS NULL
WHERE a.service_tag = $1

-- name: lock
-- One change after the other.
SELECT id FROM asset WHERE service_tag = $1 FOR NO KEY UPDATE

-- name: page
-- Machines in the order they were made: everybody's, or what a contact and whoever is part of him owns now.
SELECT a.id, a.service_tag, a.model, a.product_category, a.configuration, a.downloads, a.warranty_level, a.warranty_from,
       a.warranty_until, a.version, a.created_at, a.retired_at, contact_survivor(o.contact_id) AS owner_id, o.from_at AS owned_since
FROM asset a LEFT JOIN asset_owner o ON o.asset_id = a.id AND o.to_at IS NULL
WHERE a.id > $3 AND ($2 OR a.retired_at IS NULL)
  AND ($1::bigint IS NULL OR o.contact_id IN (SELECT p.contact_id FROM contact_with_merged($1) AS p))
ORDER BY a.id LIMIT $4

-- name: create
-- No row comes back where the tag is taken.
INSERT INTO asset (service_tag, model, product_category, configuration, downloads, warranty_level, warranty_from, warranty_until,
                   created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
ON CONFLICT (service_tag) DO NOTHING RETURNING id

-- name: change
-- The row is locked and its version compared before.
UPDATE asset SET model = $2, product_category = $3, configuration = $4, downloads = $5, warranty_level = $6, warranty_from = $7,
                 warranty_until = $8, updated_at = $9, version = version + 1
WHERE id = $1

-- name: retire
-- In use no more, or again.
UPDATE asset SET retired_at = $2 WHERE id = $1

-- name: give
-- His from then on.
WITH counted AS (UPDATE asset SET version = version + 1 WHERE id = $1)
INSERT INTO asset_owner (asset_id, contact_id, from_at, told_at, actor) VALUES ($1, $2, $3, $4, $5)

-- name: take
-- His no more from then on.
WITH counted AS (UPDATE asset SET version = version + 1 WHERE id = $1)
UPDATE asset_owner SET to_at = $2 WHERE asset_id = $1 AND to_at IS NULL

-- name: owners
-- Whose it was, the latest first.
SELECT contact_survivor(o.contact_id) AS contact_id, o.from_at, o.to_at, o.told_at, o.actor
FROM asset_owner o WHERE o.asset_id = $1 ORDER BY o.id DESC LIMIT 200
