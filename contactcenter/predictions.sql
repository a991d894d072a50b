-- name: sample
-- Customers who bought, the same ones each time: by a hash of their ids. Days on which each bought, the first apart.
SELECT c.id AS contact_id, b.repeats::int AS repeats, b.last_s::float8 AS last_s, b.age_s::float8 AS age_s
FROM (
  SELECT o.id FROM (SELECT DISTINCT contact_id FROM behaviour_event WHERE kind = 'purchase' AND occurred_at < $1) e
  JOIN contact o ON o.id = e.contact_id AND o.merged_into_id IS NULL
  ORDER BY hashint8extended(o.id, 7), o.id LIMIT $2
) AS c
CROSS JOIN LATERAL (
  SELECT count(*) - 1 AS repeats, extract(epoch FROM max(d.at) - min(d.at)) AS last_s,
         extract(epoch FROM $1 - min(d.at)) AS age_s
  FROM (SELECT min(e.occurred_at) AS at FROM contact_with_merged(c.id) AS m
        JOIN behaviour_event e ON e.contact_id = m.contact_id AND e.kind = 'purchase' AND e.occurred_at < $1
        GROUP BY (e.occurred_at AT TIME ZONE 'UTC')::date) AS d) AS b
ORDER BY c.id

-- name: customers
-- The same of everybody who bought and is nobody else's part, by id.
SELECT c.id AS contact_id, b.repeats::int AS repeats, b.last_s::float8 AS last_s, b.age_s::float8 AS age_s
FROM (
  SELECT o.id FROM contact o
  WHERE o.id > $2 AND o.merged_into_id IS NULL AND EXISTS (
    SELECT FROM contact_with_merged(o.id) AS m
    JOIN behaviour_event e ON e.contact_id = m.contact_id AND e.kind = 'purchase' AND e.occurred_at < $1)
  ORDER BY o.id LIMIT $3
) AS c
CROSS JOIN LATERAL (
  SELECT count(*) - 1 AS repeats, extract(epoch FROM max(d.at) - min(d.at)) AS last_s,
         extract(epoch FROM $1 - min(d.at)) AS age_s
  FROM (SELECT min(e.occurred_at) AS at FROM contact_with_merged(c.id) AS m
        JOIN behaviour_event e ON e.contact_id = m.contact_id AND e.kind = 'purchase' AND e.occurred_at < $1
        GROUP BY (e.occurred_at AT TIME ZONE 'UTC')::date) AS d) AS b
ORDER BY c.id

-- name: newest
-- The last model, and how far its predictions have come.
SELECT m.id, m.made_at, m.horizon_days, m.r, m.alpha, m.a, m.b, m.finished_at, m.scored_at,
       coalesce((SELECT max(p.contact_id) FROM prediction p WHERE p.model_id = m.id), 0) AS done_id
FROM prediction_model m ORDER BY m.made_at DESC, m.id DESC LIMIT 1

-- name: begin
-- A model as it was fitted now.
INSERT INTO prediction_model (made_at, horizon_days, fitted_to, r, alpha, a, b) VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id, made_at, horizon_days, r, alpha, a, b, finished_at, scored_at, 0::bigint AS done_id

-- name: put
-- What it says of each. He writes next, by habit, as long after the last day as days usually lie apart.
INSERT INTO prediction (model_id, contact_id, made_at, expected_purchases, alive, churn_risk, next_contact_at)
SELECT $1, n.contact_id, $2, n.expected, n.alive, n.churn_risk, h.next_at
FROM unnest($3::bigint[], $4::float8[], $5::float8[], $6::float8[]) AS n(contact_id, expected, alive, churn_risk)
CROSS JOIN LATERAL (
  SELECT CASE WHEN count(*) > 3 THEN max(w.at) + percentile_cont(0.5) WITHIN GROUP (ORDER BY w.apart) END AS next_at
  FROM (SELECT d.at, d.at - lag(d.at) OVER (ORDER BY d.at) AS apart
        FROM (SELECT min(i.occurred_at) AS at FROM interaction i
              WHERE i.contact_id = n.contact_id AND i.kind = 'message' AND i.direction = 'inbound'
                AND i.occurred_at > $2::timestamptz - interval '365 days' AND i.occurred_at < $2
              GROUP BY (i.occurred_at AT TIME ZONE 'UTC')::date) AS d) AS w) AS h
ON CONFLICT (model_id, contact_id) DO NOTHING

-- name: finish
-- It has said it of everybody.
UPDATE prediction_model SET finished_at = clock_timestamp() WHERE id = $1

-- name: due
-- Models whose time is over.
SELECT id FROM prediction_model
WHERE scored_at IS NULL AND finished_at IS NOT NULL AND made_at + horizon_days * interval '1 day' <= $1 ORDER BY id

-- name: score
-- On how many days each bought then; of whoever is part of another by now, nothing of his own.
UPDATE prediction p SET actual_purchases = (
  SELECT count(DISTINCT (e.occurred_at AT TIME ZONE 'UTC')::date)
  FROM contact_with_merged(p.contact_id) AS w JOIN behaviour_event e ON e.contact_id = w.contact_id
  WHERE e.kind = 'purchase' AND e.occurred_at >= m.made_at
    AND e.occurred_at < m.made_at + m.horizon_days * interval '1 day')
FROM prediction_model m
WHERE m.id = $1 AND p.model_id = m.id AND p.contact_id = ANY (ARRAY(
  SELECT o.contact_id FROM prediction o WHERE o.model_id = $1 AND o.actual_purchases IS NULL ORDER BY o.contact_id LIMIT $2))

-- name: scored
-- All of its predictions were compared.
UPDATE prediction_model SET scored_at = $2 WHERE id = $1

-- name: forget
-- Single predictions that are very old.
DELETE FROM prediction WHERE model_id = ANY (ARRAY(SELECT id FROM prediction_model WHERE made_at < $1 AND scored_at IS NOT NULL))

-- name: of_contact
-- What was foretold of somebody, the newest first.
SELECT p.made_at, m.horizon_days, p.expected_purchases, p.alive, p.churn_risk, p.next_contact_at, p.actual_purchases
FROM prediction p JOIN prediction_model m ON m.id = p.model_id
WHERE p.contact_id = $1 ORDER BY p.model_id DESC LIMIT 50

-- name: scores
-- How right each model was.
SELECT m.made_at, m.horizon_days, m.fitted_to, m.r, m.alpha, m.a, m.b, m.scored_at, s.customers,
       s.expected_purchases, s.actual_purchases, s.mean_absolute_error
FROM (SELECT id, made_at, horizon_days, fitted_to, r, alpha, a, b, scored_at FROM prediction_model
      ORDER BY made_at DESC, id DESC LIMIT 24) AS m
CROSS JOIN LATERAL (
  SELECT count(*) AS customers, coalesce(sum(p.expected_purchases), 0) AS expected_purchases,
         sum(p.actual_purchases) AS actual_purchases,
         avg(abs(p.expected_purchases - p.actual_purchases)) AS mean_absolute_error
  FROM prediction p WHERE p.model_id = m.id) AS s
ORDER BY m.made_at DESC, m.id DESC
