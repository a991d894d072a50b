-- name: is_held
-- Whether somebody has a lease.
SELECT EXISTS (SELECT FROM lease WHERE name = $1 AND until_at > clock_timestamp())
