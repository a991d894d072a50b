-- name: forwarded_as
-- Whether this reply went on already.
SELECT forwarded_as_id FROM chat_forwarding WHERE interaction_id = $1

-- name: remember
-- A reply goes on once; what fails is sent again as any message is.
INSERT INTO chat_forwarding (interaction_id, forwarded_as_id, forwarded_at) VALUES ($1, $2, $3)
