-- name: channel_of
-- Which settings it has, if there is such an entry point.
SELECT channel FROM entry_point WHERE id = $1

-- name: any
-- Whether a key is needed already.
SELECT EXISTS (SELECT FROM entry_point_secret) AS any

-- name: names
-- That they are there; never what they are.
SELECT name, set_at FROM entry_point_secret WHERE entry_point_id = $1 ORDER BY name

-- name: put
-- Whether it is new.
INSERT INTO entry_point_secret (entry_point_id, name, sealed, set_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (entry_point_id, name) DO UPDATE SET sealed = EXCLUDED.sealed, set_at = EXCLUDED.set_at
RETURNING (xmax = 0) AS is_new

-- name: remove
-- The one before it does not come back.
DELETE FROM entry_point_secret WHERE entry_point_id = $1 AND name = $2

-- name: every
-- A few rows, read every two seconds by every process.
SELECT s.entry_point_id, e.channel, e.address, s.name, s.sealed
FROM entry_point_secret AS s
JOIN entry_point AS e ON e.id = s.entry_point_id
ORDER BY s.entry_point_id, s.name

-- name: lock_some
-- The next ones to encrypt anew; whoever sets one meanwhile waits.
SELECT s.entry_point_id, e.channel, e.address, s.name, s.sealed
FROM entry_point_secret AS s
JOIN entry_point AS e ON e.id = s.entry_point_id
WHERE (s.entry_point_id, s.name) > ($1, $2)
ORDER BY s.entry_point_id, s.name
LIMIT $3
FOR UPDATE OF s

-- name: seal_anew
-- The value is the same, so nobody has set it anew.
UPDATE entry_point_secret SET sealed = $3 WHERE entry_point_id = $1 AND name = $2
