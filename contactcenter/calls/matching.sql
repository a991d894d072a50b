-- name: lock
-- Telephones before rooms, whoever locks them; a NULL locks nothing. Of a hook ($3) no lock is waited for longer than that.
SELECT set_config('lock_timeout', coalesce($3, current_setting('lock_timeout')), true),
       pg_advisory_xact_lock(hashtextextended($1::text, 20261123)),
       pg_advisory_xact_lock(hashtextextended($2::text, 20261124))

-- name: place
-- By our own id of the telephone, by the provider's, by the call's own or its room's name, by the provider's id of the room.
-- What names two telephones, or a telephone and another's call, is_one not. Its call is locked where nothing becomes known by
-- it, or that is in order already ($5): no lock is waited for before the limit is set, and the clock is read when it is granted.
SELECT p.call_id, p.leg_id, p.is_named, p.is_one, p.entry_point, p.is_room_known, to_jsonb(locked) AS call, clock_timestamp() AS at
FROM (
  SELECT c.id AS call_id, f.leg_id, f.is_named, f.is_one, e.address AS entry_point, f.waits_at_most,
         f.conference IS NULL OR f.conference IS NOT DISTINCT FROM c.conference AS is_room_known
  FROM (
    SELECT coalesce(ours.call_id, theirs.call_id, asked.call_id, roomed.id) AS call_id, coalesce(ours.id, theirs.id) AS leg_id,
           coalesce(ours.external_id, theirs.external_id) IS NOT NULL AS is_named, asked.conference, asked.waits_at_most,
           (ours.id = theirs.id) IS NOT FALSE AND (ours.external_id = asked.leg) IS NOT FALSE
             AND (named.id = coalesce(ours.call_id, theirs.call_id)) IS NOT FALSE AS is_one
    FROM (SELECT $1::bigint AS leg_id, $2::text AS leg, $3::bigint AS call_id, $4::text AS conference,
                 set_config('lock_timeout', $6, true) AS waits_at_most) AS asked
    LEFT JOIN call_leg ours ON ours.id = asked.leg_id
    LEFT JOIN call_leg theirs ON theirs.external_id = asked.leg
    LEFT JOIN call named ON named.id = asked.call_id
    LEFT JOIN LATERAL (SELECT r.id FROM call r WHERE r.conference = asked.conference ORDER BY r.id DESC LIMIT 1) AS roomed ON true
  ) AS f LEFT JOIN call c ON c.id = f.call_id LEFT JOIN entry_point e ON e.id = c.entry_point_id
) AS p LEFT JOIN LATERAL (
  SELECT id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
         language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
         unsettled_at, version
  FROM call
  WHERE id = p.call_id AND p.waits_at_most IS NOT NULL AND ($5 OR (p.is_room_known AND (p.leg_id IS NULL OR p.is_named)))
  FOR NO KEY UPDATE
) AS locked ON true

-- name: waiting
-- The call of who waits for us by this telephone, and the clock; nothing is locked.
SELECT to_jsonb(c) AS call, e.address AS entry_point, clock_timestamp() AS at
FROM call_leg l CROSS JOIN LATERAL (
  SELECT id, entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, callback_id, state, outcome,
         language, attestation, choices, queue_id, service_tag, conference, parked_in, began_at, parked_at, answered_at, ended_at, account,
         unsettled_at, version
  FROM call WHERE id = l.call_id AND parked_at IS NOT NULL AND ended_at IS NULL) c
JOIN entry_point e ON e.id = c.entry_point_id
WHERE l.external_id = $1 AND (l.id = $2) IS NOT FALSE AND (l.call_id = $3) IS NOT FALSE

-- name: adopt_leg
-- What was told of a telephone before we knew it.
UPDATE call_hook SET call_id = $1 WHERE leg_external_id = $2 AND account = $3 AND call_id IS NULL

-- name: adopt_conference
-- What was told of a room before we knew it.
UPDATE call_hook SET call_id = $1 WHERE conference = $2 AND account = $3 AND call_id IS NULL

-- name: unknown
-- A glance: of calls that nobody ever told us of.
SELECT count(*)::int AS hooks FROM (SELECT FROM call_hook WHERE call_id IS NULL LIMIT 1000) AS found
