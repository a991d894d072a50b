-- name: contact_exists
-- Whether there is such a contact, merged into no other.
SELECT EXISTS (SELECT FROM contact WHERE id = $1 AND merged_into_id IS NULL) AS contact_exists
