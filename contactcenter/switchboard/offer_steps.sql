-- name: language_of
-- In which language one of us is spoken to.
SELECT language FROM user_account WHERE id = $1
