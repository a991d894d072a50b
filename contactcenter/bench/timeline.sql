-- name: bare
-- The least a page can cost: the same rows by the same index, and nobody asks who may read them.
SELECT id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, author_id, body, state,
       error_code, error_detail, external_id, segments::int AS segments, occurred_at, received_at
FROM interaction WHERE contact_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
