-- name: lock
-- Whoever asks for a look waits, and is waited for.
LOCK TABLE segment_check IN SHARE ROW EXCLUSIVE MODE

-- name: list_all
-- Every definition with its names, how many belong, and how many are still to be looked at again.
SELECT r.key, v.name_en, v.name_fa, r.condition, (
         SELECT count(*) FROM segment s WHERE s.kind = 'group' AND s.value = r.key AND s.to_at IS NULL) AS members, (
         SELECT coalesce(sum(w.to_id - w.after_id), 0)::bigint FROM segment_sweep w) AS to_look_at,
       r.version, r.changed_at, r.archived_at
FROM segment_rule r JOIN segment_value v ON v.kind = 'group' AND v.value = r.key
WHERE ($1::text IS NULL OR r.key = $1) AND (r.archived_at IS NULL OR $2::boolean) ORDER BY r.key

-- name: create
-- No row comes back where the key is taken.
INSERT INTO segment_rule (key, condition, created_at, changed_at) VALUES ($1, $2, $3, $3)
ON CONFLICT (key) DO NOTHING RETURNING key

-- name: change
-- The definitions are locked and the version compared before.
UPDATE segment_rule SET condition = $2, archived_at = $3, changed_at = $4, version = version + 1 WHERE key = $1

-- name: put_name
-- How it is called, as a value of its kind: rules that go by segments know it by that.
INSERT INTO segment_value (kind, value, name_en, name_fa, position, archived_at)
SELECT 'group', $1, $2, $3, coalesce(max(position), 0) + 1, $4::timestamptz FROM segment_value WHERE kind = 'group'
ON CONFLICT (kind, value) DO UPDATE SET name_en = EXCLUDED.name_en, name_fa = EXCLUDED.name_fa, archived_at = EXCLUDED.archived_at

-- name: forget_sweeps
-- A new sweep looks at everybody, too.
DELETE FROM segment_sweep

-- name: sweep
-- Everybody there is, in parts.
INSERT INTO segment_sweep (after_id, to_id, asked_at)
SELECT n, n + $2, $1 FROM generate_series(0, (SELECT max(id) FROM contact), $2::bigint) AS n

-- name: used_by
-- What goes by a group, besides other groups.
SELECT 'entry rule ' || id AS used_by FROM entry_rule
WHERE condition @? ('$."segment.group"[*] ? (@ == "' || $1::text || '")')::jsonpath
   OR condition @? ('$."segment.group".not[*] ? (@ == "' || $1 || '")')::jsonpath
UNION ALL SELECT 'SLA policy ' || name FROM sla_policy
WHERE condition @? ('$."segment.group"[*] ? (@ == "' || $1 || '")')::jsonpath
   OR condition @? ('$."segment.group".not[*] ? (@ == "' || $1 || '")')::jsonpath
UNION ALL SELECT 'escalation rule ' || name FROM escalation_rule
WHERE condition @? ('$.**."segment.group"[*] ? (@ == "' || $1 || '")')::jsonpath
   OR condition @? ('$.**."segment.group".not[*] ? (@ == "' || $1 || '")')::jsonpath
UNION ALL SELECT 'credit' FROM credit_rule WHERE kind = 'group' AND value = $1
