-- name: stage
-- Lay lines aside; which of them were not there yet.
INSERT INTO behaviour_staged (import_id, source, external_id, place, contact_id, address_kind, address_value, kind,
                              occurred_at, amount_minor, cost_minor, currency, product, topic, referred_place,
                              referred_id, referred_kind, referred_value, details)
SELECT $1, t.source, t.external_id, t.place, t.contact_id, t.address_kind, t.address_value, t.kind, t.occurred_at,
       t.amount_minor, t.cost_minor, t.currency, t.product, t.topic, t.referred_place, t.referred_id, t.referred_kind,
       t.referred_value, t.details::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::timestamptz[],
            $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[],
            $17::text[], $18::text[], $19::text[])
  AS t(source, external_id, place, contact_id, address_kind, address_value, kind, occurred_at, amount_minor,
       cost_minor, currency, product, topic, referred_place, referred_id, referred_kind, referred_value, details)
ON CONFLICT (import_id, source, external_id) DO NOTHING
RETURNING source, external_id

-- name: otherwise
-- The first of these lines whose name stands for something else in an earlier part of the file.
SELECT t.place
FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::timestamptz[],
            $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[],
            $17::text[], $18::text[], $19::text[]) WITH ORDINALITY
  AS t(source, external_id, place, contact_id, address_kind, address_value, kind, occurred_at, amount_minor,
       cost_minor, currency, product, topic, referred_place, referred_id, referred_kind, referred_value, details, n)
JOIN behaviour_staged s ON s.import_id = $1 AND s.source = t.source AND s.external_id = t.external_id
WHERE (s.kind, s.occurred_at, s.amount_minor, s.cost_minor, s.currency, s.product, s.topic, s.details)
  IS DISTINCT FROM (t.kind, t.occurred_at, t.amount_minor, t.cost_minor, t.currency, t.product, t.topic, t.details::jsonb)
ORDER BY t.n LIMIT 1

-- name: unknown
-- Addresses that nobody has.
SELECT a.kind, a.value FROM (
  SELECT address_kind, address_value FROM behaviour_staged WHERE import_id = $1 AND contact_id IS NULL
  UNION
  SELECT referred_kind, referred_value FROM behaviour_staged WHERE import_id = $1 AND referred_id IS NULL
) AS a(kind, value)
WHERE a.kind IS NOT NULL AND NOT EXISTS (SELECT FROM identity i WHERE i.kind = a.kind AND i.value = a.value)
ORDER BY a.kind, a.value

-- name: put
-- Everything counts, once each; whose addresses they are now.
INSERT INTO behaviour_event (contact_id, identity_id, kind, source, external_id, occurred_at, received_at,
                             amount_minor, cost_minor, currency, product, topic, referred_id, details)
SELECT coalesce(i.contact_id, s.contact_id), i.id, s.kind, s.source, s.external_id, s.occurred_at, $2,
       s.amount_minor, s.cost_minor, s.currency, s.product, s.topic, coalesce(r.contact_id, s.referred_id), s.details
FROM behaviour_staged s
LEFT JOIN identity i ON i.kind = s.address_kind AND i.value = s.address_value
LEFT JOIN identity r ON r.kind = s.referred_kind AND r.value = s.referred_value
WHERE s.import_id = $1
ORDER BY s.source, s.external_id
ON CONFLICT (source, external_id) DO NOTHING

-- name: referrals
-- Who was brought, and where that is told.
SELECT source, external_id, referred_place FROM behaviour_staged WHERE import_id = $1 AND kind = 'referral'

-- name: contacts
-- Of whom something was told.
SELECT DISTINCT e.contact_id FROM behaviour_staged s
JOIN behaviour_event e ON e.source = s.source AND e.external_id = s.external_id
WHERE s.import_id = $1 ORDER BY e.contact_id

-- name: forget
-- This file's lines, and those of a file that was never read to its end.
DELETE FROM behaviour_staged WHERE import_id = $1 OR staged_at < clock_timestamp() - interval '1 day'
