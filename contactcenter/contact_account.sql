-- name: money
-- What the contact and whoever is part of him bought, sent back, was billed and paid, by currency.
SELECT e.currency, count(*) FILTER (WHERE e.kind = 'purchase')::int AS purchases,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'purchase'), 0)::bigint AS purchased_minor,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'return'), 0)::bigint AS returned_minor,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'invoice'), 0)::bigint AS invoiced_minor,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'payment'), 0)::bigint AS paid_minor,
       coalesce(sum(CASE e.kind WHEN 'invoice' THEN e.amount_minor ELSE -e.amount_minor END)
                FILTER (WHERE e.kind IN ('invoice', 'payment')), 0)::bigint AS open_minor
FROM contact_with_merged($1) AS p JOIN behaviour_event e ON e.contact_id = p.contact_id
WHERE e.kind IN ('purchase', 'return', 'invoice', 'payment') AND e.currency IS NOT NULL AND e.occurred_at <= $2
GROUP BY e.currency ORDER BY e.currency

-- name: latest
-- The latest of these kinds.
SELECT e.id, e.contact_id, e.kind, e.source, e.external_id, e.occurred_at, e.received_at, e.amount_minor, e.cost_minor,
       e.currency, e.product, e.topic, e.referred_id, e.details
FROM contact_with_merged($1) AS p JOIN behaviour_event e ON e.contact_id = p.contact_id
WHERE e.kind = ANY ($2::text[]) AND e.occurred_at <= $3 ORDER BY e.occurred_at DESC, e.id DESC LIMIT $4
