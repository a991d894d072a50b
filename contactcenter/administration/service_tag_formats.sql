-- name: list_all
-- Every format, in order.
SELECT mask, mixed FROM service_tag_format ORDER BY position

-- name: in_use
-- The same, as soon as there is a machine: a house without any looks for no tags.
SELECT mask, mixed FROM service_tag_format WHERE EXISTS (SELECT FROM asset) ORDER BY position

-- name: lock
-- One edit after the other.
LOCK TABLE service_tag_format IN SHARE ROW EXCLUSIVE MODE

-- name: clear
-- What follows takes the place of all that was.
DELETE FROM service_tag_format

-- name: put
-- The formats in their order.
INSERT INTO service_tag_format (position, mask, mixed)
SELECT n.position, n.mask, n.mixed FROM unnest($1::text[], $2::boolean[]) WITH ORDINALITY AS n(mask, mixed, position)
