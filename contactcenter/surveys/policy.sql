-- name: find
-- The one row there is.
SELECT is_on, channels, after_s, valid_s, quiet_s, text_en, text_fa, mail_en, mail_fa, subject_en, subject_fa, version FROM survey_policy

-- name: lock
-- Two who edit it do so one after the other.
SELECT version FROM survey_policy FOR UPDATE

-- name: change
-- The row is locked.
UPDATE survey_policy SET is_on = $1, channels = $2, after_s = $3, valid_s = $4, quiet_s = $5, text_en = $6, text_fa = $7, mail_en = $8,
  mail_fa = $9, subject_en = $10, subject_fa = $11, version = version + 1
