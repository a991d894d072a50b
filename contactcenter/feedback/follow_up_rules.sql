-- name: lock
-- Two who write the rules do so one after the other.
LOCK TABLE follow_up_rule IN SHARE ROW EXCLUSIVE MODE

-- name: list_all
-- All of them, in order.
SELECT disposition, temperament, due_after_s, what_en, what_fa FROM follow_up_rule ORDER BY disposition, temperament

-- name: clear
-- They are written anew as a whole.
DELETE FROM follow_up_rule

-- name: put
-- One rule each.
INSERT INTO follow_up_rule (disposition, temperament, due_after_s, what_en, what_fa)
SELECT r.disposition, r.temperament, r.due_after_s, r.what_en, r.what_fa
FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
  AS r(disposition, temperament, due_after_s, what_en, what_fa)

-- name: dispositions
-- What a problem may end with now.
SELECT code FROM disposition WHERE archived_at IS NULL
