-- name: entry_point
-- Our address, at the first tier's queue.
INSERT INTO entry_point (channel, address, queue_id)
SELECT 'email', $1, id FROM queue ORDER BY tier, id LIMIT 1
RETURNING id

-- name: stored
-- The id of every mail on a timeline.
SELECT m.message_id FROM mail m JOIN interaction i ON i.id = m.interaction_id WHERE i.direction = 'inbound'

-- name: held
-- How many mails are in quarantine.
SELECT count(*) FROM quarantine
