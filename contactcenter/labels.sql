-- name: disposition_exists
-- Whether this way to be solved is in use.
SELECT EXISTS (SELECT FROM disposition WHERE code = $1 AND archived_at IS NULL) AS disposition_exists

-- name: category_exists
-- Whether this category is in use.
SELECT EXISTS (SELECT FROM category WHERE id = $1 AND archived_at IS NULL) AS category_exists

-- name: tags
-- A ticket's tags, in alphabetical order.
SELECT tag FROM ticket_tag WHERE ticket_id = $1 ORDER BY tag

-- name: remove_tags
-- All but those that stay.
DELETE FROM ticket_tag WHERE ticket_id = $1 AND NOT tag = ANY($2::text[])

-- name: add_tags
-- Those that are new.
INSERT INTO ticket_tag (ticket_id, tag) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING
