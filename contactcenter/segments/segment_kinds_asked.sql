-- name: read
-- Every kind that is in use, with its words; of the groups those that are computed.
SELECT k.kind, k.several, k.free, ARRAY(
         SELECT v.value FROM segment_value v WHERE v.kind = k.kind AND v.archived_at IS NULL ORDER BY v.position) AS words
FROM segment_kind k WHERE k.archived_at IS NULL ORDER BY k.kind
