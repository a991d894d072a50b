-- name: names
-- What the ids of a report are called, by what they are ids of.
SELECT 'agent' AS dimension, id, name AS name_en, name AS name_fa FROM user_account WHERE id = ANY ($1::bigint[])
UNION ALL SELECT 'team', id, name, name FROM team WHERE id = ANY ($2::bigint[])
UNION ALL SELECT 'queue', id, name, name FROM queue WHERE id = ANY ($3::bigint[])
UNION ALL SELECT 'entry_point', id, coalesce(nullif(name, ''), address), coalesce(nullif(name, ''), address)
  FROM entry_point WHERE id = ANY ($4::bigint[])
UNION ALL SELECT 'category', id, name_en, name_fa FROM category WHERE id = ANY ($5::bigint[])
