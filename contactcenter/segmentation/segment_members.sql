-- name: page
-- Who belongs, by id.
SELECT s.contact_id, c.name, s.from_at AS since, s.evidence AS because
FROM segment s JOIN contact c ON c.id = s.contact_id
WHERE s.kind = 'group' AND s.value = $1 AND s.to_at IS NULL AND s.contact_id > $2
ORDER BY s.contact_id LIMIT $3

-- name: everybody
-- How many contacts there are.
SELECT count(*) AS contacts FROM contact WHERE merged_into_id IS NULL

-- name: some
-- A random part of them, or all.
SELECT id FROM contact TABLESAMPLE BERNOULLI ($1::float8) REPEATABLE ($2::float8) WHERE merged_into_id IS NULL LIMIT $3

-- name: take
-- How many belong, and how many of them are not to be, or cannot be, written to.
WITH member AS (
  SELECT EXISTS (SELECT FROM identity i WHERE i.contact_id = s.contact_id AND i.kind = $6) AS is_reached,
         EXISTS (SELECT FROM identity i JOIN opt_out o ON o.identity_id = i.id
                 WHERE i.contact_id = s.contact_id AND o.channel = $5 AND o.lifted_at IS NULL) AS wants_none
  FROM segment s WHERE s.kind = 'group' AND s.value = $1 AND s.to_at IS NULL
)
INSERT INTO segment_audience (rule_key, rule_version, condition, name, channel, taken_at, actor, size, opted_out, unreachable)
SELECT $1, $2, $3, $4, $5, $7, $8, count(*) FILTER (WHERE is_reached AND NOT wants_none),
       count(*) FILTER (WHERE wants_none), count(*) FILTER (WHERE NOT is_reached AND NOT wants_none) FROM member
RETURNING id, rule_key, rule_version, condition, name, channel, size, opted_out, unreachable, taken_at, actor

-- name: keep
-- Each with the first of his addresses there. Who wants no messages at one of them is left alone at all.
INSERT INTO segment_audience_member (audience_id, contact_id, identity_id)
SELECT $1, s.contact_id, i.id FROM segment s CROSS JOIN LATERAL (
  SELECT min(i.id) AS id FROM identity i WHERE i.contact_id = s.contact_id AND i.kind = $4) AS i
WHERE s.kind = 'group' AND s.value = $2 AND s.to_at IS NULL AND i.id IS NOT NULL
  AND NOT EXISTS (SELECT FROM identity w JOIN opt_out o ON o.identity_id = w.id
                  WHERE w.contact_id = s.contact_id AND o.channel = $3 AND o.lifted_at IS NULL)

-- name: audiences
-- What was written down of a rule segment.
SELECT id, rule_key, rule_version, condition, name, channel, size, opted_out, unreachable, taken_at, actor
FROM segment_audience WHERE rule_key = $1 ORDER BY id DESC LIMIT 200

-- name: find
-- One of them.
SELECT id, rule_key, rule_version, condition, name, channel, size, opted_out, unreachable, taken_at, actor
FROM segment_audience WHERE id = $1

-- name: reached
-- One page of one. Whoever has opted out since it was taken is nobody to write to.
SELECT m.contact_id, m.identity_id FROM segment_audience_member m JOIN segment_audience a ON a.id = m.audience_id
JOIN identity i ON i.id = m.identity_id
WHERE m.audience_id = $1 AND m.contact_id > $2
  AND NOT EXISTS (SELECT FROM identity x JOIN opt_out o ON o.identity_id = x.id
                  WHERE x.contact_id = i.contact_id AND o.channel = a.channel AND o.lifted_at IS NULL)
ORDER BY m.contact_id LIMIT $3
