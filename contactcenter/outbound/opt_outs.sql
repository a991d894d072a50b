-- name: identity_id
-- An address by what it is.
SELECT id FROM identity WHERE kind = $1 AND value = $2

-- name: addressee
-- Whom a message of ours went to, and when it was handed over.
SELECT i.identity_id, e.address AS entry_point, coalesce(o.first_attempt_at, i.received_at) AS tried_at
FROM interaction i JOIN entry_point e ON e.id = i.entry_point_id LEFT JOIN outbox o ON o.interaction_id = i.id
WHERE i.external_id = $1 AND i.direction = 'outbound'

-- name: withdraw
-- No row comes back where it stands already, or where he said the contrary later.
WITH made AS (
  INSERT INTO opt_out (identity_id, channel, sender, source, from_at)
  SELECT $1, $2, $3, $4, $5::timestamptz
  WHERE NOT EXISTS (SELECT FROM opt_out o WHERE o.identity_id = $1 AND o.channel = $2 AND o.sender = $3
                    AND o.lifted_at > $5::timestamptz)
  ON CONFLICT DO NOTHING
  RETURNING id, identity_id
)
SELECT made.id, i.contact_id FROM made JOIN identity i ON i.id = made.identity_id

-- name: give
-- What he said later than this stands.
WITH lifted AS (
  UPDATE opt_out SET lifted_at = $5::timestamptz, lifted_source = $4
  WHERE identity_id = $1 AND channel = $2 AND sender = $3 AND lifted_at IS NULL AND from_at <= $5::timestamptz
  RETURNING id, identity_id
)
SELECT lifted.id, i.contact_id FROM lifted JOIN identity i ON i.id = lifted.identity_id

-- name: remember_giving
-- An opt-out of no length: what he said before it does not count any more.
INSERT INTO opt_out (identity_id, channel, sender, source, from_at, lifted_at, lifted_source)
VALUES ($1, $2, $3, 'customer', $4, $4, 'customer')

-- name: standing
-- What stands against writing to these addresses.
SELECT id, channel, sender, identity_id, source, from_at, lifted_at, lifted_source
FROM opt_out WHERE identity_id = ANY($1::bigint[]) AND lifted_at IS NULL ORDER BY id

-- name: of_contact
-- Every one of a contact's addresses, whole history.
SELECT o.id, o.channel, o.sender, o.identity_id, o.source, o.from_at, o.lifted_at, o.lifted_source
FROM identity i JOIN opt_out o ON o.identity_id = i.id
WHERE i.contact_id = $1 AND o.from_at IS DISTINCT FROM o.lifted_at ORDER BY o.id DESC LIMIT 200

-- name: find
-- One, if it is his.
SELECT o.id, o.channel, o.sender, o.identity_id, o.source, o.from_at, o.lifted_at, o.lifted_source
FROM opt_out o JOIN identity i ON i.id = o.identity_id
WHERE i.contact_id = $1 AND o.id = $2
