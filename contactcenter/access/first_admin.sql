-- name: anybody
-- Whether anybody ever had an account.
SELECT EXISTS (SELECT FROM user_account) AS anybody

-- name: create
-- The unique address lets one of several starting processes through.
WITH made AS (
  INSERT INTO user_account (email, name, role, password_hash, must_change_password)
  SELECT $1, 'Administrator', 'admin', $2, true
  WHERE NOT EXISTS (SELECT FROM user_account)
  ON CONFLICT (email) DO NOTHING
  RETURNING id)
INSERT INTO agent (id) SELECT id FROM made RETURNING id
