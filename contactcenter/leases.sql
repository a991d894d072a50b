-- name: take
-- One process at a time; who held it may take it again.
INSERT INTO lease (name, holder, until_at) VALUES ($1, $2, clock_timestamp() + $3::int * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, until_at = EXCLUDED.until_at, fence = lease.fence + 1
WHERE lease.until_at < clock_timestamp() OR lease.holder = EXCLUDED.holder
RETURNING fence

-- name: renew
-- Only who holds it still.
UPDATE lease SET until_at = clock_timestamp() + $3::int * interval '1 second'
WHERE name = $1 AND fence = $2 AND until_at > clock_timestamp()

-- name: let_go
-- Only who holds it still.
UPDATE lease SET until_at = clock_timestamp() WHERE name = $1 AND fence = $2
