-- name: read
-- Everything a condition may name by id, or by the words of a kind of segment, in one answer.
SELECT jsonb_build_object(
  'queues', (SELECT coalesce(jsonb_agg(id), '[]') FROM queue WHERE archived_at IS NULL),
  'entry_points', (SELECT coalesce(jsonb_agg(id), '[]') FROM entry_point),
  'categories', (SELECT coalesce(jsonb_agg(id), '[]') FROM category WHERE archived_at IS NULL),
  'segments', (SELECT coalesce(jsonb_object_agg(k.kind, (
                 SELECT coalesce(jsonb_agg(v.value), '[]') FROM segment_value v
                 WHERE v.kind = k.kind AND v.archived_at IS NULL)), '{}')
               FROM segment_kind k WHERE k.archived_at IS NULL AND NOT k.free),
  'free', (SELECT coalesce(jsonb_agg(kind), '[]') FROM segment_kind WHERE archived_at IS NULL AND free)
) AS known
