-- name: list_all
-- Our addresses, channel by channel.
SELECT id, channel, address, name, queue_id, language, discovered, segments_per_s, calendar_id, options, phone_menu_id, version, created_at
FROM entry_point ORDER BY channel, id

-- name: find
-- One of our addresses.
SELECT id, channel, address, name, queue_id, language, discovered, segments_per_s, calendar_id, options, phone_menu_id, version, created_at
FROM entry_point WHERE id = $1

-- name: lock
-- One edit at a time.
SELECT id, channel, address, name, queue_id, language, discovered, segments_per_s, calendar_id, options, phone_menu_id, version, created_at
FROM entry_point WHERE id = $1 FOR NO KEY UPDATE

-- name: by_address
-- Which one it is.
SELECT id FROM entry_point WHERE channel = $1 AND address = $2

-- name: create
-- No row comes back where the address is taken, also by a message that arrives in this moment.
INSERT INTO entry_point (channel, address, name, queue_id, language, created_at, segments_per_s, calendar_id, options,
  phone_menu_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (channel, address) DO NOTHING
RETURNING id, channel, address, name, queue_id, language, discovered, segments_per_s, calendar_id, options, phone_menu_id, version, created_at

-- name: change
-- Somebody has looked at it: it is not merely discovered any more.
UPDATE entry_point SET name = $2, queue_id = $3, language = $4, segments_per_s = $5, calendar_id = $6, options = $7, phone_menu_id = $8, discovered = false, version = version + 1
WHERE id = $1
RETURNING id, channel, address, name, queue_id, language, discovered, segments_per_s, calendar_id, options, phone_menu_id, version, created_at

-- name: queue_exists
-- Whether there is such a queue.
SELECT EXISTS (SELECT FROM queue WHERE id = $1 AND archived_at IS NULL) AS queue_exists

-- name: menu_for_use
-- It stays until the commit.
SELECT id FROM phone_menu WHERE id = $1 FOR KEY SHARE
