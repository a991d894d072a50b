-- name: find
-- The one row there is.
SELECT at_most, within_days, opens_min, closes_min, time_zone, version FROM notice_limit

-- name: lock
-- Two who edit it do so one after the other.
SELECT version FROM notice_limit FOR UPDATE

-- name: change
-- The row is locked.
UPDATE notice_limit SET at_most = $1, within_days = $2, opens_min = $3, closes_min = $4, time_zone = $5, version = version + 1
