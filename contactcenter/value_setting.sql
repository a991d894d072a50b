-- name: read
-- The one row there is.
SELECT currency, rates, period_days, periods, minute_rate_minor, vital_share, loyal_purchases,
       at_risk_days, lost_days, version, stages_at, computed_at, computed_in, left_out
FROM value_setting

-- name: lock
-- It is about to be edited.
SELECT currency, rates, period_days, periods, minute_rate_minor, vital_share, loyal_purchases,
       at_risk_days, lost_days, version, stages_at, computed_at, computed_in, left_out
FROM value_setting FOR UPDATE

-- name: change
-- The row is locked. By other limits everybody's stage may be another.
UPDATE value_setting SET currency = $1, rates = $2, period_days = $3, periods = $4, minute_rate_minor = $5,
       vital_share = $6, loyal_purchases = $7, at_risk_days = $8, lost_days = $9, version = version + 1,
       stages_at = CASE WHEN (loyal_purchases, at_risk_days, lost_days) = ($7, $8, $9) THEN stages_at END
RETURNING currency, rates, period_days, periods, minute_rate_minor, vital_share, loyal_purchases,
          at_risk_days, lost_days, version, stages_at, computed_at, computed_in, left_out

-- name: note
-- When value was last computed.
UPDATE value_setting SET computed_at = $1, computed_in = $2, left_out = $3

-- name: only_currency
-- Two are as many as need be known.
SELECT DISTINCT currency FROM behaviour_event WHERE kind IN ('purchase', 'return') LIMIT 2
