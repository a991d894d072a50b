-- name: create
-- A draft.
INSERT INTO notice (name, audience_kind, audience_value, channel, entry_point_id, calendar_id, starts_at, author_id,
                    created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING id

-- name: put_texts
-- Its texts, in order.
INSERT INTO notice_text (notice_id, position, after_s, subject_en, subject_fa, text_en, text_fa)
SELECT $1, t.n - 1, t.after_s, t.subject_en, t.subject_fa, t.text_en, t.text_fa
FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
  WITH ORDINALITY AS t(after_s, subject_en, subject_fa, text_en, text_fa, n)

-- name: page
-- The newest first.
SELECT id, name, audience_kind, audience_value, channel, entry_point_id, calendar_id, starts_at, state, created_by,
       created_at, version
FROM notice WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: find
-- One.
SELECT id, name, audience_kind, audience_value, channel, entry_point_id, calendar_id, starts_at, state, created_by,
       created_at, version
FROM notice WHERE id = $1

-- name: lock
-- It moves once at a time.
SELECT id FROM notice WHERE id = $1 FOR UPDATE

-- name: texts
-- Its texts, in order.
SELECT position, after_s, subject_en, subject_fa, text_en, text_fa, planned_at FROM notice_text
WHERE notice_id = $1 ORDER BY position

-- name: counts
-- What became of them so far.
SELECT d.position, d.state, d.reason, count(d.contact_id)::int AS n FROM notice_delivery d
WHERE d.notice_id = $1 GROUP BY d.position, d.state, d.reason ORDER BY d.position, d.state, d.reason

-- name: move
-- Where it stands now.
UPDATE notice SET state = $2, version = version + 1 WHERE id = $1

-- name: skip_planned
-- Nobody gets any more of it.
UPDATE notice_delivery SET state = 'skipped', reason = 'stopped', decided_at = $2 WHERE notice_id = $1 AND state = 'planned'

-- name: speaks_of
-- Whether a segment may have this value.
SELECT EXISTS (SELECT FROM segment_kind k WHERE k.kind = $1 AND k.archived_at IS NULL AND (k.free OR k.kind = 'temperament'
         OR EXISTS (SELECT FROM segment_value v WHERE v.kind = k.kind AND v.value = $2 AND v.archived_at IS NULL))) AS speaks_of

-- name: ended
-- All of it was planned, and all that was planned is decided.
UPDATE notice SET state = 'done', version = version + 1
WHERE state = 'running' AND NOT EXISTS (SELECT FROM notice_text t WHERE t.notice_id = notice.id AND t.planned_at IS NULL)
  AND NOT EXISTS (SELECT FROM notice_delivery d WHERE d.notice_id = notice.id AND d.state = 'planned')
RETURNING id

-- name: preview
-- Who would get it if it began now, and who would not, and why. A million are not looked at: at most $3 people.
WITH member AS MATERIALIZED (
  SELECT m.contact_id FROM notice_audience($1, $2, $4, 0) AS m LIMIT $3
), judged AS (
  SELECT m.contact_id, coalesce(left(c.language, 2) = 'fa', false) AS is_persian,
         EXISTS (SELECT FROM identity i WHERE i.contact_id = c.id AND i.kind = $5) AS is_reachable,
         EXISTS (SELECT FROM identity i JOIN opt_out o ON o.identity_id = i.id
                 WHERE i.contact_id = c.id AND o.channel = $6 AND o.lifted_at IS NULL) AS is_opted_out
  FROM member m JOIN contact c ON c.id = m.contact_id WHERE c.merged_into_id IS NULL
)
SELECT count(j.contact_id)::int AS members,
       (count(j.contact_id) FILTER (WHERE NOT j.is_reachable))::int AS unreachable,
       (count(j.contact_id) FILTER (WHERE j.is_reachable AND j.is_opted_out))::int AS opted_out,
       (count(j.contact_id) FILTER (WHERE j.is_reachable AND NOT j.is_opted_out AND j.is_persian))::int AS in_persian,
       (count(j.contact_id) FILTER (WHERE j.is_reachable AND NOT j.is_opted_out AND NOT j.is_persian))::int AS in_english,
       coalesce((array_agg(j.contact_id ORDER BY j.contact_id) FILTER (WHERE j.is_reachable AND NOT j.is_opted_out))[1:5], '{}')
         AS examples
FROM judged j

-- name: people
-- How some of them are called, and the language of each.
SELECT id AS contact_id, name, coalesce(left(language, 2) = 'fa', false) AS is_persian FROM contact
WHERE id = ANY ($1::bigint[]) ORDER BY id
