-- name: is_stored
-- The same bytes are kept once.
SELECT EXISTS (SELECT FROM blob WHERE sha256 = $1) AS is_stored

-- name: store_chunk
-- A chunk may be there from an upload that was cut off; it is the same chunk.
INSERT INTO blob_chunk (sha256, position, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: store
-- Written after its chunks: a blob that is named is whole.
INSERT INTO blob (sha256, size_bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: chunk
-- One chunk at a time, so that a large file never fills the memory.
SELECT bytes FROM blob_chunk WHERE sha256 = $1 AND position = $2

-- name: erase
-- The bytes with their row; refused while something names it.
WITH chunk AS (
  DELETE FROM blob_chunk WHERE sha256 = $1
)
DELETE FROM blob WHERE sha256 = $1
