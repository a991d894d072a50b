-- name: by_keys
-- Machines whose tag is typed so; more than a few are as good as too many.
SELECT service_tag FROM asset
WHERE translate(service_tag, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '22233344455566677778889999') = $1 AND retired_at IS NULL
ORDER BY id LIMIT 50

-- name: own
-- The machines of whoever has this number, and of whoever is part of him.
SELECT a.service_tag FROM identity i JOIN contact c ON c.id = i.contact_id
CROSS JOIN LATERAL contact_with_merged(coalesce(c.merged_into_id, c.id)) AS p
JOIN asset_owner o ON o.contact_id = p.contact_id AND o.to_at IS NULL
JOIN asset a ON a.id = o.asset_id AND a.retired_at IS NULL
WHERE i.kind = $1 AND i.value = $2 ORDER BY a.id LIMIT 500

-- name: there
-- Which of these there are.
SELECT service_tag FROM asset WHERE service_tag = ANY ($1::text[]) AND retired_at IS NULL ORDER BY id
