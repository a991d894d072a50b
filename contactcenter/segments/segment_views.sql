-- name: effective
-- What counts of a contact at an instant, with how it is called; his temperament is shown by itself.
SELECT s.id, s.kind, k.name_en AS kind_name_en, k.name_fa AS kind_name_fa, s.value,
       coalesce(v.name_en, s.value) AS name_en, coalesce(v.name_fa, s.value) AS name_fa,
       s.source, s.confidence::float8 AS confidence, s.note, s.actor, s.from_at AS since, s.to_at AS until
FROM effective_segments($1, $2) AS e JOIN segment s ON s.id = e.id JOIN segment_kind k ON k.kind = s.kind
LEFT JOIN segment_value v ON v.kind = s.kind AND v.value = s.value
WHERE s.kind <> 'temperament' ORDER BY s.kind, v.position, s.value

-- name: said
-- Everything ever said of a contact besides his temperament, what is still to come among it, newest first.
SELECT s.id, s.kind, k.name_en AS kind_name_en, k.name_fa AS kind_name_fa, s.value,
       coalesce(v.name_en, s.value) AS name_en, coalesce(v.name_fa, s.value) AS name_fa,
       s.source, s.confidence::float8 AS confidence, s.note, s.actor, s.from_at AS since, s.to_at AS until
FROM segment s JOIN segment_kind k ON k.kind = s.kind
LEFT JOIN segment_value v ON v.kind = s.kind AND v.value = s.value
WHERE s.contact_id = $1 AND s.ticket_id IS NULL AND s.kind <> 'temperament'
  AND ($2::bigint IS NULL OR s.id = $2)
ORDER BY s.id DESC LIMIT 200
