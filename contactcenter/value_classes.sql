-- name: changed
-- What everybody is worth up to $1 in $3 periods of $2 days, as far as it is another than what is kept: profit is
-- margin of purchases and returns, in currency $5 or at the rates $6, less the work at $4 a minute. Costly is
-- who brings a loss, or cost more than he brought in two successive periods. Of the others, by profit and id: A
-- who comes before 80 % of all profit is reached, B before 95 %, C the rest; vital before the share $7. Nobody is
-- left out who did something or was worked for. One without a class is kept no more.
WITH window_of AS (
  SELECT $1::timestamptz AS to_at, $1::timestamptz - $2::int * $3::int * interval '1 day' AS from_at,
         $2::int * 86400::numeric AS period_s
), part AS (
  SELECT c.id, contact_survivor(c.id) AS survivor_id FROM contact c WHERE c.merged_into_id IS NOT NULL
), money AS (
  SELECT coalesce(p.survivor_id, e.contact_id) AS contact_id,
         trunc(extract(epoch FROM w.to_at - e.occurred_at) / w.period_s)::int AS period,
         sum(CASE e.kind WHEN 'purchase' THEN e.amount_minor ELSE -e.amount_minor END * r.rate) AS revenue,
         sum(CASE e.kind WHEN 'purchase' THEN e.amount_minor - coalesce(e.cost_minor, 0)
                         ELSE coalesce(e.cost_minor, 0) - e.amount_minor END * r.rate) AS margin
  FROM window_of w JOIN behaviour_event e ON e.occurred_at > w.from_at AND e.occurred_at <= w.to_at
  JOIN (SELECT $5::text AS currency, 1::numeric AS rate
        UNION ALL SELECT key, value::numeric FROM jsonb_each_text($6::jsonb)) r ON r.currency = e.currency
  LEFT JOIN part p ON p.id = e.contact_id
  WHERE e.kind IN ('purchase', 'return')
  GROUP BY 1, 2
), handling AS (
  SELECT t.contact_id, trunc(extract(epoch FROM w.to_at - l.to_at) / w.period_s)::int AS period,
         sum(extract(epoch FROM coalesce((
           SELECT min(e.at) FROM event e WHERE e.ticket_id = l.ticket_id AND e.kind IN ('ticket_pending', 'ticket_held')
             AND e.at >= l.from_at AND e.at <= l.to_at), l.to_at) - l.from_at)) AS worked_s
  FROM window_of w JOIN leg l ON l.to_at > w.from_at AND l.to_at <= w.to_at
  JOIN ticket t ON t.id = l.ticket_id AND NOT t.spam
  WHERE l.agent_id IS NOT NULL
  GROUP BY 1, 2
), period AS (
  SELECT coalesce(m.contact_id, h.contact_id) AS contact_id, coalesce(m.period, h.period) AS period,
         coalesce(m.revenue, 0) AS revenue, coalesce(m.margin, 0) AS margin, coalesce(h.worked_s, 0) AS worked_s,
         coalesce(h.worked_s, 0) / 60 * $4::bigint AS cost
  FROM money m FULL JOIN handling h ON h.contact_id = m.contact_id AND h.period = m.period
), judged AS (
  SELECT p.contact_id, p.revenue, p.margin, p.worked_s, p.cost, p.cost > p.margin
           AND lag(p.cost > p.margin, 1, false) OVER w
           AND lag(p.period) OVER w = p.period - 1 AS is_second_loss
  FROM period p WINDOW w AS (PARTITION BY p.contact_id ORDER BY p.period)
), worth AS (
  SELECT j.contact_id, round(sum(j.revenue))::bigint AS revenue_minor, round(sum(j.margin))::bigint AS margin_minor,
         round(sum(j.margin) - sum(j.cost))::bigint AS profit_minor, round(sum(j.worked_s))::bigint AS handling_s,
         bool_or(j.is_second_loss) OR round(sum(j.margin) - sum(j.cost)) < 0 AS is_costly
  FROM judged j GROUP BY j.contact_id
), ranked AS (
  SELECT o.contact_id, o.revenue_minor, o.margin_minor, o.profit_minor, o.handling_s, o.is_costly,
         coalesce(sum(o.profit_minor) OVER (PARTITION BY o.is_costly ORDER BY o.profit_minor DESC, o.contact_id
                                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before,
         sum(o.profit_minor) OVER (PARTITION BY o.is_costly) AS total
  FROM worth o
), classed AS (
  SELECT r.contact_id, r.revenue_minor, r.margin_minor, r.profit_minor, r.handling_s,
         CASE WHEN r.is_costly THEN 'costly' WHEN r.before * 5 < r.total * 4 THEN 'A'
              WHEN r.before * 20 < r.total * 19 THEN 'B' ELSE 'C' END AS value_class,
         NOT r.is_costly AND r.before < r.total * $7::float8 AS is_vital
  FROM ranked r
)
SELECT coalesce(c.contact_id, v.contact_id) AS contact_id, c.value_class, coalesce(c.is_vital, false) AS is_vital,
       coalesce(c.revenue_minor, 0) AS revenue_minor, coalesce(c.margin_minor, 0) AS margin_minor,
       coalesce(c.profit_minor, 0) AS profit_minor, coalesce(c.handling_s, 0) AS handling_s
FROM classed c FULL JOIN contact_value v ON v.contact_id = c.contact_id
WHERE (c.value_class, c.is_vital, c.revenue_minor, c.margin_minor, c.profit_minor, c.handling_s)
  IS DISTINCT FROM (v.value_class, v.is_vital, v.revenue_minor, v.margin_minor, v.profit_minor, v.handling_s)

-- name: left_out
-- Money in the window of which nobody knows what it is worth.
SELECT count(e.id) AS events FROM behaviour_event e
WHERE e.kind IN ('purchase', 'return') AND e.occurred_at > $1::timestamptz - $2::int * $3::int * interval '1 day'
  AND e.occurred_at <= $1 AND e.currency <> $4 AND NOT $5::jsonb ? e.currency

-- name: keep
-- What they are worth now.
INSERT INTO contact_value (contact_id, value_class, is_vital, revenue_minor, margin_minor, profit_minor, handling_s, computed_at)
SELECT n.contact_id, n.value_class, n.is_vital, n.revenue_minor, n.margin_minor, n.profit_minor, n.handling_s, $1
FROM unnest($2::bigint[], $3::text[], $4::boolean[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
  AS n(contact_id, value_class, is_vital, revenue_minor, margin_minor, profit_minor, handling_s)
ORDER BY n.contact_id
ON CONFLICT (contact_id) DO UPDATE SET value_class = EXCLUDED.value_class, is_vital = EXCLUDED.is_vital,
  revenue_minor = EXCLUDED.revenue_minor, margin_minor = EXCLUDED.margin_minor, profit_minor = EXCLUDED.profit_minor,
  handling_s = EXCLUDED.handling_s, computed_at = EXCLUDED.computed_at

-- name: drop
-- Of these nothing is known any more.
DELETE FROM contact_value WHERE contact_id = ANY ($1::bigint[])

-- name: totals
-- What the classes are worth together.
SELECT value_class, count(*) AS contacts, sum(profit_minor)::bigint AS profit_minor, sum(revenue_minor)::bigint AS revenue_minor,
       sum(handling_s)::bigint AS handling_s, count(*) FILTER (WHERE is_vital) AS vital
FROM contact_value GROUP BY value_class ORDER BY array_position(ARRAY['A', 'B', 'C', 'costly'], value_class)
