-- name: due
-- Outcomes nobody knows, whose next look is due; too old ones are a person's, and so are those looked for often
-- enough, and those of channels that cannot be asked. A process of the version before leaves no time.
SELECT o.id, o.interaction_id, o.correlation_id, o.conversation, o.looks::int AS looks, i.channel, i.body,
       e.address AS entry_point, d.kind AS recipient_kind, d.value AS recipient, i.ticket_id, i.contact_id,
       coalesce(o.first_attempt_at, o.created_at) AS first_attempt_at, coalesce(o.unknown_at, o.created_at) AS unknown_at
FROM outbox o JOIN interaction i ON i.id = o.interaction_id
JOIN entry_point e ON e.id = i.entry_point_id JOIN identity d ON d.id = i.identity_id
WHERE o.state = 'unknown' AND o.next_at <= clock_timestamp() AND o.looks < $2 AND e.channel <> ALL ($4::text[])
  AND coalesce(o.unknown_at, o.created_at) > clock_timestamp() - $3::int * interval '1 second'
ORDER BY o.next_at, o.id LIMIT $1

-- name: lock
-- Nobody may clear it up at the same time; no row where it is cleared up.
SELECT id FROM outbox WHERE id = $1 AND state = 'unknown' FOR NO KEY UPDATE

-- name: known
-- Which of these provider's ids are those of other messages of ours.
SELECT external_id FROM interaction WHERE external_id = ANY($1::text[]) AND direction = 'outbound'

-- name: equals
-- Messages of ours that the provider could not tell from this one, and of which we do not know the id, in the
-- order in which they were tried; this one is among them.
WITH alike AS (
  SELECT id, interaction_id, first_attempt_at, created_at FROM outbox WHERE conversation = $2 AND state = 'unknown'
  UNION ALL
  SELECT id, interaction_id, first_attempt_at, created_at FROM outbox WHERE conversation = $2 AND state = 'sending'
)
SELECT a.id FROM alike a JOIN interaction i ON i.id = a.interaction_id
WHERE i.body = (SELECT body FROM interaction WHERE id = $1) AND i.external_id IS NULL
ORDER BY coalesce(a.first_attempt_at, a.created_at), a.id

-- name: adopt
-- The provider has it, by this id.
WITH found AS (
  UPDATE outbox SET state = 'sent', last_error = NULL WHERE id = $1 AND state = 'unknown' RETURNING interaction_id
)
UPDATE interaction SET external_id = $2, state = $3, segments = coalesce($4, segments), error_code = $5, error_detail = NULL
FROM found WHERE interaction.id = found.interaction_id

-- name: not_taken
-- The provider does not have it.
WITH given_up AS (
  UPDATE outbox SET state = 'failed', last_error = $2 WHERE id = $1 AND state = 'unknown' RETURNING interaction_id
)
UPDATE interaction SET state = 'failed', error_code = $3, error_detail = $2
FROM given_up WHERE interaction.id = given_up.interaction_id

-- name: undecided
-- A person has to find out.
WITH left_open AS (
  UPDATE outbox SET looks = $4, last_error = $2 WHERE id = $1 AND state = 'unknown' RETURNING interaction_id
)
UPDATE interaction SET error_code = $3, error_detail = $2
FROM left_open WHERE interaction.id = left_open.interaction_id

-- name: looked
-- Not found this time; once more after a while.
UPDATE outbox SET looks = $2, next_at = clock_timestamp() + $3::float8 * interval '1 second'
WHERE id = $1 AND state = 'unknown'

-- name: alarm
-- Unknown for too long: each is told once.
UPDATE outbox SET alarmed_at = clock_timestamp()
WHERE id = ANY (ARRAY(
  SELECT id FROM outbox
  WHERE state = 'unknown' AND alarmed_at IS NULL
    AND coalesce(unknown_at, created_at) < clock_timestamp() - $1::int * interval '1 second'
  ORDER BY id LIMIT 100 FOR NO KEY UPDATE SKIP LOCKED))
RETURNING interaction_id
