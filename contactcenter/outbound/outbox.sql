-- name: enqueue
-- Written with the message itself: it is sent exactly when it exists.
INSERT INTO outbox (interaction_id, conversation, correlation_id, next_at, created_at)
VALUES ($1, $2, $3, $4, $4)

-- name: oldest
-- Whose the messages are that wait longest, and which of those senders may go on now: not those of $2, whose
-- account is refused; or only those of $3.
SELECT e.id, count(o.id)::int AS messages,
       (p.free_at <= statement_timestamp() OR (e.segments_per_s IS NULL AND coalesce(p.refusals, 0) = 0))
       AND e.id <> ALL ($2::bigint[]) AND ($3::bigint[] IS NULL OR e.id = ANY ($3::bigint[])) AS may_send
FROM (SELECT id, entry_point_id, next_at FROM outbox
      WHERE state = 'queued' AND next_at < 'infinity' AND next_at <= statement_timestamp()
      ORDER BY next_at, id LIMIT $1) o
JOIN entry_point e ON e.id = o.entry_point_id LEFT JOIN sender_pace p ON p.entry_point_id = e.id
GROUP BY e.id, p.entry_point_id ORDER BY min(o.next_at), e.id

-- name: ready
-- The same over all senders, for when the oldest messages cannot go: one look into an index each, however much
-- they have.
SELECT e.id
FROM entry_point e LEFT JOIN sender_pace p ON p.entry_point_id = e.id
CROSS JOIN LATERAL (
  SELECT o.next_at FROM outbox o
  WHERE o.entry_point_id = e.id AND o.state = 'queued' AND o.next_at <= statement_timestamp()
  ORDER BY o.next_at, o.id LIMIT 1) oldest
WHERE (p.free_at <= statement_timestamp() OR (e.segments_per_s IS NULL AND coalesce(p.refusals, 0) = 0))
  AND e.id <> ALL ($2::bigint[]) AND ($3::bigint[] IS NULL OR e.id = ANY ($3::bigint[]))
ORDER BY oldest.next_at, e.id LIMIT $1

-- name: claim
-- Of the senders $3: the first unsent message of each conversation whose time has come. A sender with a rate, or
-- one that was refused, is one process's at a time; refused, it tries one message and waits for the answer. A
-- rate is counted over a second, so that looking once a second is enough to use it up. $4 looked at are shared
-- by the senders, so that several processes at once find some each; only what is taken is locked. The arrays
-- and state || '' keep the planner to the primary keys, OFFSET 0 to one look into an index a message.
WITH free AS (
  SELECT e.id, NULL::float8 AS segments_per_s, NULL::timestamptz AS free_at, false AS probing
  FROM entry_point e LEFT JOIN sender_pace p ON p.entry_point_id = e.id
  WHERE e.id = ANY ($3::bigint[]) AND e.segments_per_s IS NULL AND coalesce(p.refusals, 0) = 0
), paced AS (
  SELECT e.id, e.segments_per_s, greatest(p.free_at, clock_timestamp() - interval '1 second') AS free_at,
         p.refusals > 0 AS probing
  FROM sender_pace p JOIN entry_point e ON e.id = p.entry_point_id
  WHERE e.id = ANY ($3::bigint[]) AND (e.segments_per_s IS NOT NULL OR p.refusals > 0)
    AND p.free_at <= clock_timestamp()
  FOR NO KEY UPDATE OF p SKIP LOCKED
), first AS (
  SELECT s.id AS sender_id, s.segments_per_s, s.free_at, s.probing, o.id, o.next_at,
         CASE WHEN s.segments_per_s IS NOT NULL
              THEN (SELECT greatest(i.segments, 1) FROM interaction i WHERE i.id = o.interaction_id) END AS segments
  FROM (SELECT id, segments_per_s, free_at, probing FROM free
        UNION ALL SELECT id, segments_per_s, free_at, probing FROM paced) s
  CROSS JOIN LATERAL (
    SELECT o.id, o.next_at, o.interaction_id FROM outbox o
    WHERE o.entry_point_id = s.id AND o.state = 'queued' AND o.next_at <= statement_timestamp()
      AND NOT EXISTS (SELECT FROM outbox before WHERE before.conversation = o.conversation AND before.id < o.id
                      AND before.state IN ('queued', 'sending') OFFSET 0)
    ORDER BY o.next_at, o.id LIMIT $4::int / cardinality($3::bigint[])) o
), sized AS (
  SELECT id, sender_id, segments_per_s, free_at, probing, next_at, segments,
         row_number() OVER of_sender AS place, sum(segments) OVER of_sender AS so_far
  FROM first WINDOW of_sender AS (PARTITION BY sender_id ORDER BY next_at, id)
), wanted AS (
  SELECT id, sender_id, probing, free_at + so_far / segments_per_s * interval '1 second' AS free_at
  FROM sized
  WHERE (NOT probing OR place = 1)
    AND (segments_per_s IS NULL
         OR free_at + (so_far - segments) / segments_per_s * interval '1 second' <= clock_timestamp())
), mine AS (
  SELECT id FROM outbox
  WHERE id = ANY (ARRAY(SELECT id FROM wanted)) AND state || '' = 'queued' AND next_at <= statement_timestamp()
  ORDER BY next_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), turn AS (
  UPDATE sender_pace SET free_at = CASE WHEN m.probing
    THEN clock_timestamp() + $2::int * interval '1 second' ELSE m.free_at END
  FROM (SELECT w.sender_id, bool_or(w.probing) AS probing, max(w.free_at) AS free_at
        FROM mine JOIN wanted w ON w.id = mine.id GROUP BY w.sender_id) m
  WHERE sender_pace.entry_point_id = m.sender_id AND (m.probing OR m.free_at IS NOT NULL)
), claimed AS (
  UPDATE outbox SET state = 'sending', attempts = attempts + 1,
    first_attempt_at = coalesce(first_attempt_at, clock_timestamp()),
    claimed_until = clock_timestamp() + $2::int * interval '1 second'
  WHERE id = ANY (ARRAY(SELECT id FROM mine))
  RETURNING id, interaction_id, correlation_id, attempts, created_at, repeats, deferrals
)
SELECT c.id, c.interaction_id, c.correlation_id, c.attempts, c.created_at, clock_timestamp() AS claimed_at,
       w.probing OR $5::boolean AS probing, c.repeats::int AS repeats, c.deferrals::int AS deferrals, i.channel, i.body, i.ticket_id, i.contact_id, i.author_id, i.entry_point_id,
       i.identity_id, e.address AS entry_point, d.kind AS recipient_kind, d.value AS recipient,
       ARRAY(SELECT a.token FROM attachment a WHERE a.interaction_id = i.id AND a.token IS NOT NULL
             ORDER BY a.position, a.id) AS media_tokens
FROM claimed c JOIN wanted w ON w.id = c.id JOIN interaction i ON i.id = c.interaction_id
JOIN entry_point e ON e.id = i.entry_point_id JOIN identity d ON d.id = i.identity_id
ORDER BY c.id

-- name: expired
-- Nobody could take them in time: an answer as late as this is worse than none. How late that is, its channel says
-- ($1, $2); one look into an index a sender, however much waits.
UPDATE outbox SET state = 'failed'
WHERE id = ANY (ARRAY(
  SELECT id FROM outbox WHERE id = ANY (ARRAY(
    SELECT late.id FROM unnest($1::text[], $2::int[]) AS valid(channel, s)
    JOIN entry_point e ON e.channel = valid.channel
    CROSS JOIN LATERAL (
      SELECT o.id FROM outbox o
      WHERE o.entry_point_id = e.id AND o.state = 'queued' AND o.created_at < 'infinity'
        AND o.created_at < statement_timestamp() - valid.s * interval '1 second'
      ORDER BY o.created_at LIMIT 100) AS late
    LIMIT 100)) AND state || '' = 'queued' FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id, interaction_id

-- name: keep_claims
-- Whoever is still at work says so.
UPDATE outbox SET claimed_until = clock_timestamp() + $2::int * interval '1 second'
WHERE id = ANY ($1::bigint[]) AND state = 'sending'

-- name: repeat_abandoned
-- Claimed by somebody who never came back, where the same message twice does no harm: once more.
UPDATE outbox SET state = 'queued', claimed_until = NULL, repeats = repeats + 1, last_error = 'the sender was lost',
  next_at = clock_timestamp()
FROM entry_point e
WHERE outbox.state = 'sending' AND outbox.claimed_until < clock_timestamp() AND outbox.repeats = 0
  AND e.id = outbox.entry_point_id AND e.channel = ANY ($1::text[])

-- name: abandoned
-- Claimed by somebody who never came back: nobody knows whether the provider took it.
UPDATE outbox SET state = 'unknown', claimed_until = NULL, last_error = 'the sender was lost',
  unknown_at = clock_timestamp(), next_at = clock_timestamp() + $1::int * interval '1 second'
WHERE state = 'sending' AND claimed_until < clock_timestamp()
RETURNING id, interaction_id

-- name: doubted
-- After a restore nobody knows what became of these since the backup was taken.
UPDATE outbox SET state = 'unknown', claimed_until = NULL, last_error = 'the database was restored from a backup',
  unknown_at = clock_timestamp(), next_at = clock_timestamp() + $1::int * interval '1 second'
WHERE id = ANY (ARRAY(SELECT id FROM outbox WHERE state IN ('queued', 'sending') ORDER BY id LIMIT $2))
RETURNING id, interaction_id

-- name: finish
-- Terminal: sent, failed or unknown; what is unknown is looked for after a while.
UPDATE outbox SET state = $2, claimed_until = NULL, last_error = $3,
  unknown_at = CASE WHEN $2 = 'unknown' THEN clock_timestamp() END,
  next_at = CASE WHEN $2 = 'unknown' THEN clock_timestamp() + $4::int * interval '1 second' ELSE next_at END
WHERE id = $1 AND state = 'sending'

-- name: put_back
-- Certainly not sent: once more, later.
UPDATE outbox SET state = 'queued', claimed_until = NULL, last_error = $2,
  next_at = clock_timestamp() + $3::float8 * interval '1 second'
WHERE id = $1 AND state = 'sending'

-- name: defer
-- Certainly not sent, and the others go on: this one waits alone.
UPDATE outbox SET state = 'queued', claimed_until = NULL, last_error = $2, deferrals = least(deferrals + 1, 1000),
  next_at = clock_timestamp() + $3::float8 * interval '1 second'
WHERE id = $1 AND state = 'sending'

-- name: show_deferral
-- Why it is not sent yet.
UPDATE interaction SET error_code = $2, error_detail = $3 WHERE id = $1 AND state = 'queued'

-- name: repeat
-- The same message once more; it is counted, so that this happens once.
UPDATE outbox SET state = 'queued', claimed_until = NULL, last_error = $2, repeats = repeats + 1,
  next_at = clock_timestamp() + $3::float8 * interval '1 second'
WHERE id = $1 AND state = 'sending'

-- name: set_interaction
-- The state only rises; a callback may have been faster than this answer.
UPDATE interaction SET state = $2, external_id = coalesce($3, external_id), segments = coalesce($4, segments),
  error_code = $5, error_detail = $6
WHERE id = $1
RETURNING ticket_id, contact_id

-- name: still_unknown
-- What somebody should look at now; a message that was sent anew was looked at.
SELECT count(*)::int AS still_unknown
FROM outbox o JOIN interaction i ON i.id = o.interaction_id
WHERE o.state = 'unknown' AND coalesce(o.unknown_at, o.created_at) < clock_timestamp() - $1::int * interval '1 second'
  AND NOT i.details ? 'sent_again_as'
