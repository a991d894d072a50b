-- name: create_contacts
-- People whom we are told of before they ever wrote.
WITH wanted AS (
  SELECT nextval(pg_get_serial_sequence('contact', 'id')) AS id, w.kind, w.value
  FROM unnest($1::text[], $2::text[]) AS w(kind, value)
), made AS (
  INSERT INTO contact (id, created_at, updated_at) SELECT w.id, $3, $3 FROM wanted w RETURNING id
), known AS (
  INSERT INTO identity (contact_id, kind, value, created_at) SELECT w.id, w.kind, w.value, $3 FROM wanted w
  ON CONFLICT (kind, value) DO NOTHING RETURNING id, contact_id, kind, value
)
SELECT k.kind, k.value, k.contact_id, k.id AS identity_id FROM known k JOIN made m ON m.id = k.contact_id

-- name: put
-- What is told, once each.
INSERT INTO behaviour_event (contact_id, identity_id, kind, source, external_id, occurred_at, received_at,
                             amount_minor, cost_minor, currency, product, topic, referred_id, details)
SELECT t.contact_id, t.identity_id, t.kind, t.source, t.external_id, t.occurred_at, $1,
       t.amount_minor, t.cost_minor, t.currency, t.product, t.topic, t.referred_id, t.details::jsonb
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[],
            $9::bigint[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::text[])
  AS t(contact_id, identity_id, kind, source, external_id, occurred_at, amount_minor, cost_minor, currency,
       product, topic, referred_id, details)
ORDER BY t.source, t.external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id

-- name: lock
-- Requests one after the other: two that tell the same in another order would wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended('behaviour told', 0))

-- name: lost_race
-- Somebody else told the same at the same moment: look again.
SELECT lost_race()

-- name: lock_referrals
-- Two that close a circle together would each see only their own.
SELECT pg_advisory_xact_lock(hashtextextended('behaviour referrals', 0))

-- name: wrong_referrals
-- Referrals just told that lead back to whom they begin with, or bring somebody whom another brought, by
-- the people that contacts have become.
WITH RECURSIVE told AS (
  SELECT e.source, e.external_id, contact_survivor(e.contact_id) AS by_id, contact_survivor(e.referred_id) AS referred_id
  FROM unnest($1::text[], $2::text[]) AS t(source, external_id)
  JOIN behaviour_event e ON e.source = t.source AND e.external_id = t.external_id
), up AS (
  SELECT t.source, t.external_id, t.referred_id AS start_id, t.by_id AS at_id FROM told t
  UNION
  SELECT u.source, u.external_id, u.start_id, contact_survivor(e.contact_id)
  FROM up u CROSS JOIN LATERAL contact_with_merged(u.at_id) AS m JOIN behaviour_event e ON e.referred_id = m.contact_id
  WHERE u.at_id <> u.start_id
)
SELECT u.source, u.external_id, true AS is_circle FROM up u WHERE u.at_id = u.start_id
UNION ALL
SELECT t.source, t.external_id, false
FROM told t CROSS JOIN LATERAL contact_with_merged(t.referred_id) AS m JOIN behaviour_event e ON e.referred_id = m.contact_id
WHERE contact_survivor(e.contact_id) <> t.by_id
ORDER BY source, external_id LIMIT 1

-- name: survivors
-- Who these contacts are by now.
SELECT DISTINCT contact_survivor(c.id) AS id FROM unnest($1::bigint[]) AS c(id)

-- name: page
-- What somebody did, and whoever is part of him, the latest first.
SELECT e.id, e.contact_id, e.kind, e.source, e.external_id, e.occurred_at, e.received_at, e.amount_minor,
       e.cost_minor, e.currency, e.product, e.topic, e.referred_id, e.details
FROM contact_with_merged($1) AS m JOIN behaviour_event e ON e.contact_id = m.contact_id
WHERE ($2::text IS NULL OR e.kind = $2) AND (e.occurred_at, e.id) < ($3, $4)
ORDER BY e.occurred_at DESC, e.id DESC LIMIT $5

-- name: all_of
-- Facts of a period, for other systems.
SELECT e.id, contact_survivor(e.contact_id) AS contact_id, e.kind, e.source, e.external_id, e.occurred_at, e.received_at,
       e.amount_minor, e.cost_minor, e.currency, e.product, e.topic, contact_survivor(e.referred_id) AS referred_id, e.details
FROM behaviour_event e
WHERE (e.occurred_at, e.id) > ($1, $2) AND e.occurred_at < $3 AND ($4::text IS NULL OR e.kind = $4)
ORDER BY e.occurred_at, e.id LIMIT $5

-- name: return_told
-- What was told of the kept one since, by an address that is the other's again.
UPDATE behaviour_event SET contact_id = $2
WHERE contact_id = $1 AND identity_id = ANY ($3::bigint[]) AND received_at >= $4

-- name: referrals
-- Whom he brought, whom those brought, and so on, by the people they are by now; who brought him stands above.
WITH RECURSIVE tree AS (
  SELECT NULL::bigint AS by_id, contact_survivor($1) AS contact_id, 0 AS depth, NULL::timestamptz AS occurred_at
  UNION ALL
  SELECT t.contact_id, contact_survivor(e.referred_id), t.depth + 1, e.occurred_at
  FROM tree t CROSS JOIN LATERAL contact_with_merged(t.contact_id) AS m
  JOIN behaviour_event e ON e.contact_id = m.contact_id AND e.kind = 'referral'
  WHERE t.depth < 20
) CYCLE contact_id SET is_again USING way
SELECT t.contact_id, t.by_id, t.depth, min(t.occurred_at) AS occurred_at
FROM tree t WHERE NOT t.is_again AND t.depth > 0 AND t.contact_id IS NOT NULL AND t.contact_id <> contact_survivor($1)
GROUP BY t.contact_id, t.by_id, t.depth ORDER BY t.depth, min(t.occurred_at), t.contact_id LIMIT 1000
