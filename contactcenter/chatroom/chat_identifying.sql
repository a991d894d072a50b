-- name: visitor
-- Who asks, what he called himself, and the problem he wrote about last.
SELECT v.id, v.entry_point_id, v.address, v.user_id, v.ticket_id, d.name AS told_name
FROM chat_visitor v LEFT JOIN chat_detail d ON d.visitor_id = v.id WHERE v.address = $1

-- name: claim
-- A visitor is one user's for ever; of two that come at once the second is refused.
UPDATE chat_visitor SET user_id = $2 WHERE id = $1 AND (user_id IS NULL OR user_id = $2) RETURNING id

-- name: known
-- Who is known by these addresses, and what may speak against his being the same person: other users of this host,
-- an address that a visitor only told, one that somebody took away from a contact.
SELECT i.id, i.contact_id, i.kind, i.value,
       ARRAY(SELECT u.value FROM identity u
             WHERE u.contact_id = i.contact_id AND u.kind = 'site_user' AND starts_with(u.value, $3)) AS users,
       (WITH RECURSIVE went AS (
          SELECT f.id, f.merged_into_id FROM contact f WHERE f.id = CASE WHEN c.attributes ->> 'formerly_of' ~ '^[0-9]{1,18}$'
            THEN (c.attributes ->> 'formerly_of')::bigint END
          UNION ALL SELECT f.id, f.merged_into_id FROM contact f JOIN went ON f.id = went.merged_into_id
        ) SELECT went.id FROM went WHERE went.merged_into_id IS NULL) AS formerly_of,
       c.attributes ? 'told_by'
         AND NOT EXISTS (SELECT FROM identity other WHERE other.contact_id = i.contact_id AND other.id <> i.id)
         AND NOT EXISTS (SELECT FROM interaction n WHERE n.contact_id = i.contact_id AND n.direction = 'inbound')
         AS is_only_told
FROM unnest($1::text[], $2::text[]) AS w(kind, value)
JOIN identity i ON i.kind = w.kind AND i.value = w.value
JOIN contact c ON c.id = i.contact_id
ORDER BY i.id

-- name: parted
-- Whom a person has made two again, by the contacts they are part of now.
WITH RECURSIVE part AS (
  SELECT c.id, c.id AS now_id FROM contact c WHERE c.id = ANY ($1::bigint[])
  UNION ALL SELECT c.id, part.now_id FROM contact c JOIN part ON c.merged_into_id = part.id
)
SELECT DISTINCT k.now_id AS one_id, o.now_id AS other_id
FROM contact_merge m JOIN part k ON k.id = m.kept_id JOIN part o ON o.id = m.merged_id
WHERE m.undone_at IS NOT NULL AND k.now_id <> o.now_id

-- name: ours
-- Addresses of our own, which are nobody's.
SELECT address FROM entry_point WHERE address = ANY ($1::text[])

-- name: take
-- An address that a visitor only told goes to whose it is.
UPDATE identity SET contact_id = $3 WHERE id = $1 AND contact_id = $2 RETURNING id
