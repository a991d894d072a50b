-- name: page
-- By id, above $1; NULL filters let everything pass.
SELECT id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at
FROM user_account
WHERE id > $1 AND ($3::text IS NULL OR role = $3) AND ($4::boolean IS NULL OR (disabled_at IS NOT NULL) = $4)
ORDER BY id
LIMIT $2

-- name: find
-- One account.
SELECT id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at
FROM user_account
WHERE id = $1

-- name: find_by_email
-- By the unique e-mail address, which is stored in lower case.
SELECT id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at
FROM user_account
WHERE email = $1

-- name: lock
-- The account and, in the same order for everybody, all who may keep the system administered.
SELECT id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at
FROM user_account
WHERE id = $1 OR (role = 'admin' AND disabled_at IS NULL)
ORDER BY id
FOR NO KEY UPDATE

-- name: enabled_admins
-- Read after the lock.
SELECT id
FROM user_account
WHERE role = 'admin' AND disabled_at IS NULL

-- name: invite
-- No row comes back where the address is taken.
INSERT INTO user_account (email, name, role, language, created_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (email) DO NOTHING
RETURNING id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at

-- name: add_agent
-- Whoever has an account may handle tickets; the router knows him by the same id.
INSERT INTO agent (id) VALUES ($1)

-- name: change
-- The row is locked and its version compared before.
UPDATE user_account SET name = $2, role = $3, language = $4, version = version + 1
WHERE id = $1
RETURNING id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at

-- name: disable
-- The password stays, so that enabling is enough to come back.
UPDATE user_account SET disabled_at = $2, version = version + 1
WHERE id = $1
RETURNING id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at

-- name: enable
-- Back again.
UPDATE user_account SET disabled_at = NULL, version = version + 1
WHERE id = $1
RETURNING id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at

-- name: password_hash
-- For whoever proves who is at the keyboard.
SELECT password_hash FROM user_account WHERE id = $1

-- name: set_password
-- Chosen by the owner, so there is nothing left that he must change.
UPDATE user_account SET password_hash = $2, must_change_password = false, version = version + 1
WHERE id = $1
RETURNING id, email, name, role, language, password_hash IS NOT NULL AS has_password, must_change_password,
  version, created_at, disabled_at
