-- name: segments
-- What counts of each contact, of these kinds.
SELECT c.id AS contact_id, e.kind, array_agg(e.value ORDER BY e.value) AS words
FROM unnest($1::bigint[]) AS c(id) CROSS JOIN LATERAL effective_segments(c.id, $2::timestamptz) AS e
WHERE e.kind = ANY ($3::text[]) GROUP BY c.id, e.kind

-- name: segment_changes
-- When something that was said of a contact, or that he is entitled to, begins or ends by itself next.
SELECT c.id AS contact_id, min(x.at) AS changes_at
FROM unnest($1::bigint[]) AS c(id) CROSS JOIN LATERAL (
  SELECT v.at FROM segment s, LATERAL (VALUES (greatest(s.from_at, s.told_at)), (s.to_at)) AS v(at)
  WHERE s.contact_id = c.id AND s.ticket_id IS NULL AND s.kind NOT IN ('group', 'temperament')
  UNION ALL
  SELECT v.at FROM contact_with_merged(c.id) AS m JOIN entitlement e ON e.contact_id = m.contact_id,
    LATERAL (VALUES (e.from_at), (e.until_at)) AS v(at)
  UNION ALL
  SELECT v.at FROM contact_with_merged(c.id) AS m JOIN asset_owner o ON o.contact_id = m.contact_id
    JOIN asset a ON a.id = o.asset_id LEFT JOIN entitlement e ON e.asset_id = o.asset_id,
    LATERAL (VALUES (o.from_at), (o.to_at), (a.warranty_from), (a.warranty_until), (e.from_at), (e.until_at)) AS v(at)
) AS x
WHERE x.at > $2::timestamptz GROUP BY c.id

-- name: behaviour
-- What each contact did, counted.
SELECT c.id AS contact_id, b.feature, b.value
FROM unnest($1::bigint[]) AS c(id) CROSS JOIN LATERAL behaviour_counts(c.id, $2::timestamptz) AS b
WHERE b.feature = ANY ($3::text[])

-- name: behaviour_changes
-- When one of these counts may be another one though nothing more is done: something comes of age, or a month is full.
SELECT c.id AS contact_id, min(x.at) AS changes_at
FROM unnest($1::bigint[]) AS c(id) CROSS JOIN LATERAL (
  SELECT v.at FROM contact_with_merged(c.id) AS m JOIN behaviour_event e ON e.contact_id = m.contact_id
    JOIN (VALUES ('purchases_12m', 'purchase', 365), ('returns_12m', 'return', 365),
                 ('discount_requests_90d', 'discount_request', 90), ('complaints_90d', 'complaint', 90),
                 ('complaint_topics_90d', 'complaint', 90), ('quotes_requested_90d', 'quote', 90),
                 ('carts_abandoned_30d', 'cart_abandoned', 30)) AS f(feature, kind, days) ON f.kind = e.kind,
    LATERAL (VALUES (e.occurred_at), (e.occurred_at + f.days * interval '1 day')) AS v(at)
  WHERE f.feature = ANY ($3::text[]) AND e.occurred_at > $2::timestamptz - interval '366 days'
  UNION ALL
  SELECT v.at FROM interaction i,
    LATERAL (VALUES (i.occurred_at), (i.occurred_at + interval '30 days'), (i.occurred_at + interval '90 days')) AS v(at)
  WHERE i.contact_id = c.id AND ($3::text[]) && '{contacts_30d,median_reply_s}' AND i.occurred_at > $2::timestamptz - interval '91 days'
  UNION ALL
  SELECT e.at + interval '30 days' FROM ticket t JOIN event e ON e.ticket_id = t.id
  WHERE t.contact_id = c.id AND t.reopens > 0 AND 'reopened_30d' = ANY ($3) AND e.kind = 'ticket_reopened'
    AND e.at > $2::timestamptz - interval '31 days'
  UNION ALL
  SELECT v.at FROM (
    SELECT least(min(p.created_at), min(e.occurred_at)) AS began_at
    FROM contact_with_merged(c.id) AS m JOIN contact p ON p.id = m.contact_id
    LEFT JOIN behaviour_event e ON e.contact_id = m.contact_id) AS s,
    LATERAL (SELECT extract(year FROM age($2::timestamptz, s.began_at)) * 12 + extract(month FROM age($2::timestamptz, s.began_at)) + 1 AS n) AS months,
    LATERAL (SELECT s.began_at + n * interval '1 month' + d * interval '1 day' AS at FROM generate_series(0, 3) AS d) AS day,
    LATERAL (VALUES (s.began_at), (day.at), (date_trunc('day', day.at))) AS v(at)
  WHERE 'tenure_months' = ANY ($3)
) AS x
WHERE x.at > $2::timestamptz GROUP BY c.id

-- name: spent
-- What each contact bought for in twelve months, by currency; nothing where purchases are not known of anybody.
SELECT c.id AS contact_id, w.currency AS feature, coalesce(sum(e.amount_minor), 0)::float8 AS value
FROM unnest($1::bigint[]) AS c(id) CROSS JOIN unnest($3::text[]) AS w(currency)
CROSS JOIN LATERAL contact_with_merged(c.id) AS m
LEFT JOIN behaviour_event e ON e.contact_id = m.contact_id AND e.kind = 'purchase' AND e.currency = w.currency
  AND e.occurred_at > $2::timestamptz - interval '365 days' AND e.occurred_at <= $2::timestamptz
WHERE EXISTS (SELECT FROM behaviour_kind k WHERE k.kind = 'purchase' AND k.captured AND coalesce(k.retention_days, 365) >= 365)
  AND (SELECT min(p.occurred_at) FROM behaviour_event p WHERE p.kind = 'purchase') <= $2::timestamptz
GROUP BY c.id, w.currency

-- name: addresses
-- The kinds of addresses each contact is known by.
SELECT contact_id, array_agg(DISTINCT kind) AS kinds FROM identity WHERE contact_id = ANY ($1::bigint[]) GROUP BY contact_id

-- name: assets
-- What machines each contact has, and when the first of their warranties that still run ends.
SELECT c.id AS contact_id, coalesce(array_agg(DISTINCT o.model) FILTER (WHERE o.is_his), '{}') AS models,
       coalesce(array_agg(DISTINCT o.product_category) FILTER (WHERE o.is_his AND o.product_category IS NOT NULL), '{}') AS categories,
       count(*) FILTER (WHERE o.is_his) AS assets,
       min(o.warranty_until) FILTER (WHERE o.is_his AND o.warranty_until > $2::timestamptz) AS warranty_ends_at,
       least(min(o.from_at) FILTER (WHERE o.from_at > $2::timestamptz), min(o.to_at) FILTER (WHERE o.to_at > $2::timestamptz),
             min(o.warranty_until) FILTER (WHERE o.warranty_until > $2::timestamptz),
             min(o.retired_at) FILTER (WHERE o.retired_at > $2::timestamptz)) AS changes_at
FROM unnest($1::bigint[]) AS c(id) LEFT JOIN LATERAL (
  SELECT a.model, a.product_category, a.warranty_until, a.retired_at, o.to_at, greatest(o.from_at, o.told_at) AS from_at,
         greatest(o.from_at, o.told_at) <= $2::timestamptz AND (o.to_at IS NULL OR o.to_at > $2::timestamptz)
           AND (a.retired_at IS NULL OR a.retired_at > $2::timestamptz) AS is_his
  FROM contact_with_merged(c.id) AS m JOIN asset_owner o ON o.contact_id = m.contact_id JOIN asset a ON a.id = o.asset_id
) AS o ON true
GROUP BY c.id
