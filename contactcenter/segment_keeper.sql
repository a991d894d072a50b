-- name: claim_checks
-- Whom somebody has asked about, oldest first; gone with the transaction that looks.
DELETE FROM segment_check WHERE id = ANY (ARRAY(
  SELECT id FROM segment_check ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED))
RETURNING contact_id

-- name: claim_due
-- Whom time has come for. The contacts themselves are locked: whoever else is at them is not waited for.
SELECT id FROM contact WHERE id = ANY (ARRAY(
  SELECT contact_id FROM segment_due WHERE due_at <= $1 ORDER BY due_at, contact_id LIMIT $2))
FOR NO KEY UPDATE SKIP LOCKED

-- name: claim_part
-- A part of everybody that nobody else is at.
SELECT id, after_id, to_id FROM segment_sweep ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED

-- name: next_of_part
-- The next contacts of it.
SELECT id FROM contact WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3

-- name: advance
-- So far it is done.
UPDATE segment_sweep SET after_id = $2 WHERE id = $1

-- name: finish
-- All of it is done.
DELETE FROM segment_sweep WHERE id = $1

-- name: has_rules
-- Whether there is anything to keep.
SELECT EXISTS (SELECT FROM segment_rule WHERE archived_at IS NULL) AS has_rules

-- name: ground
-- What may be known of people at all: the facts there are, which behaviour is captured for how long and has been
-- told of anybody, and what contracts entitle to.
SELECT md5(jsonb_build_array(
  (SELECT jsonb_agg(jsonb_build_array(a.key, a.type, a.built_in) ORDER BY a.key) FROM contact_attribute a WHERE a.archived_at IS NULL),
  (SELECT jsonb_agg(jsonb_build_array(k.kind, k.several) ORDER BY k.kind) FROM segment_kind k WHERE k.archived_at IS NULL),
  (SELECT jsonb_agg(jsonb_build_array(b.kind, b.captured, b.retention_days, (
            SELECT min(e.occurred_at) FROM behaviour_event e WHERE e.kind = b.kind) <= $1) ORDER BY b.kind)
   FROM behaviour_kind b),
  (SELECT jsonb_agg(jsonb_build_array(t.segment_kind, t.segment_value, t.kind, t.level)
                    ORDER BY t.segment_kind, t.segment_value, t.kind, t.level) FROM entitlement_term t)
)::text) AS ground

-- name: ground_kept
-- What it was when everybody was looked at last.
SELECT ground FROM segment_ground

-- name: keep_ground
-- There is one.
INSERT INTO segment_ground (ground) VALUES ($1) ON CONFLICT (is_only) DO UPDATE SET ground = EXCLUDED.ground
