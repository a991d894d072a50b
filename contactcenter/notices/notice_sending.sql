-- name: due_text
-- One text whose time has come and whose readers are not all found; whoever finds them has it to himself.
SELECT t.notice_id, t.position, t.planned_to, n.audience_kind, n.audience_value,
       n.starts_at + t.after_s * interval '1 second' AS due_at
FROM notice n JOIN notice_text t ON t.notice_id = n.id
WHERE n.state = 'running' AND t.planned_at IS NULL AND n.starts_at + t.after_s * interval '1 second' <= $1
ORDER BY due_at, t.notice_id, t.position LIMIT 1 FOR UPDATE OF t SKIP LOCKED

-- name: plan
-- The next of its readers, once each; how many were found, and the last of them.
WITH found AS (
  SELECT m.contact_id FROM notice_audience($1, $2, $3, $4) AS m LIMIT $5
), planned AS (
  INSERT INTO notice_delivery (notice_id, position, contact_id, due_at, next_at)
  SELECT $6, $7, f.contact_id, $8, $3 FROM found f
  ON CONFLICT DO NOTHING
)
SELECT count(f.contact_id)::int AS n, coalesce(max(f.contact_id), $4) AS last_id FROM found f

-- name: planned
-- How far that is; with $4 they are all found.
UPDATE notice_text SET planned_to = $3, planned_at = CASE WHEN $4 THEN $5::timestamptz END
WHERE notice_id = $1 AND position = $2

-- name: due
-- Whose turn it is, of all that run; each person once, what is due longest first.
SELECT DISTINCT d.contact_id FROM notice n CROSS JOIN LATERAL (
  SELECT e.contact_id FROM notice_delivery e
  WHERE e.notice_id = n.id AND e.state = 'planned' AND e.next_at <= $1
  ORDER BY e.next_at, e.contact_id LIMIT $2) d
WHERE n.state = 'running' ORDER BY d.contact_id LIMIT $2

-- name: lock_people
-- Whoever writes to a person has him to himself, so that each counts what the others wrote.
SELECT id FROM contact WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED

-- name: deliveries
-- Of each of these people the text that is due longest, with all that decides whether it is written.
SELECT d.notice_id, d.position, d.contact_id, d.due_at, n.audience_kind, n.audience_value, n.channel, n.calendar_id, n.author_id,
       n.entry_point_id, p.address AS entry_point, p.queue_id, c.merged_into_id IS NOT NULL AS is_merged,
       coalesce(left(coalesce(c.language, (SELECT t.language FROM ticket t WHERE t.contact_id = c.id AND t.language IS NOT NULL
                                           ORDER BY t.id DESC LIMIT 1)), 2) = 'fa', false) AS is_persian,
       c.preferred_hours, i.id AS identity_id, i.value AS address,
       EXISTS (SELECT FROM effective_segments(c.id, $2) AS e WHERE e.kind = n.audience_kind AND e.value = n.audience_value) AS is_meant,
       EXISTS (SELECT FROM identity x JOIN opt_out o ON o.identity_id = x.id
               WHERE x.contact_id = c.id AND o.channel = n.channel AND o.lifted_at IS NULL) AS is_opted_out,
       ARRAY(SELECT w.decided_at FROM contact_with_merged(c.id) AS m JOIN notice_delivery w ON w.contact_id = m.contact_id
             WHERE w.state = 'written' AND w.decided_at > $3 ORDER BY w.decided_at DESC LIMIT 101) AS lately,
       x.subject_en, x.subject_fa, x.text_en, x.text_fa
FROM unnest($1::bigint[]) AS who(id) JOIN contact c ON c.id = who.id
CROSS JOIN LATERAL (
  SELECT e.notice_id, e.position, e.contact_id, e.due_at FROM notice r JOIN notice_delivery e ON e.notice_id = r.id
  WHERE r.state = 'running' AND e.contact_id = c.id AND e.state = 'planned' AND e.next_at <= $2
  ORDER BY e.due_at, e.notice_id, e.position LIMIT 1) d
JOIN notice n ON n.id = d.notice_id JOIN notice_text x ON x.notice_id = d.notice_id AND x.position = d.position
JOIN entry_point p ON p.id = n.entry_point_id
LEFT JOIN LATERAL (
  SELECT a.id, a.value FROM identity a
  WHERE a.contact_id = c.id AND a.kind = CASE WHEN n.channel IN ('sms', 'phone') THEN 'phone' ELSE n.channel END
  ORDER BY a.id DESC LIMIT 1) i ON true
ORDER BY d.contact_id

-- name: postpone
-- Not now; it is looked at again then.
UPDATE notice_delivery SET next_at = $4 WHERE notice_id = $1 AND position = $2 AND contact_id = $3 AND state = 'planned'

-- name: skip
-- Never, and why.
UPDATE notice_delivery SET state = 'skipped', reason = $4, decided_at = $5
WHERE notice_id = $1 AND position = $2 AND contact_id = $3 AND state = 'planned'

-- name: take
-- Nobody stops it while it is written; no row where somebody has.
SELECT FROM notice_delivery WHERE notice_id = $1 AND position = $2 AND contact_id = $3 AND state = 'planned' FOR UPDATE

-- name: wrote
-- It is on the timeline and in the outbox.
UPDATE notice_delivery SET state = 'written', interaction_id = $4, decided_at = $5
WHERE notice_id = $1 AND position = $2 AND contact_id = $3
