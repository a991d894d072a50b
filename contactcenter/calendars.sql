-- name: current
-- Calendars as they are now, by name; one of them, or all with or without what is archived.
SELECT c.id, c.name_en, c.name_fa, v.time_zone, c.version, v.from_at, c.created_at, c.archived_at,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(h.weekday, h.opens_min, h.closes_min)
                             ORDER BY h.weekday, h.opens_min), '[]')
   FROM calendar_hours h WHERE h.calendar_id = v.calendar_id AND h.version = v.version) AS hours,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('day', e.day, 'name_en', e.name_en, 'name_fa', e.name_fa,
     'source', e.source, 'hours', (
       SELECT coalesce(jsonb_agg(jsonb_build_array(h.opens_min, h.closes_min) ORDER BY h.opens_min), '[]')
       FROM calendar_exception_hours h
       WHERE h.calendar_id = e.calendar_id AND h.version = e.version AND h.day = e.day)) ORDER BY e.day), '[]')
   FROM calendar_exception e WHERE e.calendar_id = v.calendar_id AND e.version = v.version) AS exceptions
FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
WHERE ($1::bigint IS NULL OR c.id = $1) AND (c.archived_at IS NULL OR $2::boolean)
ORDER BY c.name_en, c.id

-- name: versions
-- All that these calendars ever said, oldest first; names play no part in it.
SELECT v.calendar_id, v.time_zone, v.from_at,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(h.weekday, h.opens_min, h.closes_min)
                             ORDER BY h.weekday, h.opens_min), '[]')
   FROM calendar_hours h WHERE h.calendar_id = v.calendar_id AND h.version = v.version) AS hours,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('day', e.day, 'hours', (
       SELECT coalesce(jsonb_agg(jsonb_build_array(h.opens_min, h.closes_min) ORDER BY h.opens_min), '[]')
       FROM calendar_exception_hours h
       WHERE h.calendar_id = e.calendar_id AND h.version = e.version AND h.day = e.day))), '[]')
   FROM calendar_exception e WHERE e.calendar_id = v.calendar_id AND e.version = v.version) AS exceptions
FROM calendar_version v WHERE v.calendar_id = ANY($1::bigint[])
ORDER BY v.calendar_id, v.version

-- name: lock
-- One edit at a time.
SELECT id FROM calendar WHERE id = $1 FOR NO KEY UPDATE

-- name: lock_for_use
-- Whoever begins to use it and whoever archives it do so one after the other.
SELECT archived_at IS NULL AS usable FROM calendar WHERE id = $1 FOR SHARE

-- name: add
-- A new one; what it says follows as its first version.
INSERT INTO calendar (name_en, name_fa, created_at) VALUES ($1, $2, $3)
RETURNING id

-- name: rename
-- What it says from now on is its next version.
UPDATE calendar SET name_en = $2, name_fa = $3, version = $4 WHERE id = $1

-- name: add_version
-- In force from now on.
INSERT INTO calendar_version (calendar_id, version, time_zone, from_at) VALUES ($1, $2, $3, $4)

-- name: add_hours
-- The week of a version.
INSERT INTO calendar_hours (calendar_id, version, weekday, opens_min, closes_min)
SELECT $1, $2, weekday, opens_min, closes_min
FROM unnest($3::smallint[], $4::int[], $5::int[]) AS h (weekday, opens_min, closes_min)

-- name: add_exceptions
-- The dates of a version.
INSERT INTO calendar_exception (calendar_id, version, day, name_en, name_fa, source)
SELECT $1, $2, day, name_en, name_fa, source
FROM unnest($3::date[], $4::text[], $5::text[], $6::text[]) AS e (day, name_en, name_fa, source)

-- name: add_exception_hours
-- The hours on these dates.
INSERT INTO calendar_exception_hours (calendar_id, version, day, opens_min, closes_min)
SELECT $1, $2, day, opens_min, closes_min
FROM unnest($3::date[], $4::int[], $5::int[]) AS h (day, opens_min, closes_min)

-- name: archive
-- Nobody uses it; what it said stays.
UPDATE calendar SET archived_at = $2 WHERE id = $1

-- name: used_by_queues
-- Which queues use it now.
SELECT id FROM queue WHERE calendar_id = $1 AND archived_at IS NULL ORDER BY id

-- name: used_by_entry_points
-- Which entry points use it now.
SELECT id FROM entry_point WHERE calendar_id = $1 ORDER BY id

-- name: promised_by
-- Which SLA policies go by it now.
SELECT name FROM sla_policy WHERE calendar_id = $1 ORDER BY position

-- name: note_use
-- From now on.
INSERT INTO calendar_use (queue_id, entry_point_id, calendar_id, from_at) VALUES ($1, $2, $3, $4)

-- name: uses
-- Which calendars one queue or entry point had, oldest first.
SELECT calendar_id, from_at FROM calendar_use
WHERE queue_id = $1::bigint OR entry_point_id = $2::bigint ORDER BY id
