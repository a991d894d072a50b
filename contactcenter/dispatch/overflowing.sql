-- name: pass_step
-- The next step is past; nobody is told, for nothing has moved.
UPDATE ticket SET overflow = overflow - 0 WHERE id = $1
