-- name: by_week
-- What people said, beside what the model said of the same contact just before.
WITH weeks AS (
  SELECT w AS week, w + interval '7 days' AS ends_at
  FROM generate_series(date_trunc('week', $1::timestamptz), $2::timestamptz - interval '1 microsecond', interval '7 days') AS w
), computed AS (
  SELECT s.contact_id, s.value, greatest(s.from_at, s.told_at) AS from_at, s.to_at FROM segment s
  WHERE s.kind = 'temperament' AND s.ticket_id IS NULL AND s.source IN ('model', 'cues') AND s.from_at < $2
), carried AS (
  SELECT w.week, c.value AS label, count(DISTINCT c.contact_id) AS n
  FROM weeks w JOIN computed c ON c.from_at < w.ends_at AND (c.to_at IS NULL OR c.to_at > w.week)
  WHERE c.value <> 'unknown' GROUP BY w.week, c.value
), said AS (
  SELECT w.week, s.value, coalesce((
           SELECT c.value FROM computed c
           WHERE c.contact_id = s.contact_id AND c.from_at < s.from_at AND (c.to_at IS NULL OR c.to_at >= s.from_at)
           ORDER BY c.from_at DESC LIMIT 1), 'unknown') AS label
  FROM weeks w JOIN segment s ON s.from_at >= w.week AND s.from_at < w.ends_at
  WHERE s.kind = 'temperament' AND s.ticket_id IS NULL AND s.source = 'agent'
), corrected AS (
  SELECT week, label, count(*) AS n, count(*) FILTER (WHERE value = label) AS agreed FROM said GROUP BY week, label
), refused AS (
  SELECT w.week, r.label, count(*) AS n FROM weeks w JOIN temperament_refusal r ON r.at >= w.week AND r.at < w.ends_at
  GROUP BY w.week, r.label
), labels (label, place) AS (
  VALUES ('warm', 1), ('serious', 2), ('fault_finding', 3), ('hesitant', 4), ('haggler', 5), ('unknown', 6)
)
SELECT w.week, l.label, coalesce(k.n, 0)::int AS carried, coalesce(o.n, 0)::int AS corrections,
       coalesce(o.agreed, 0)::int AS agreed, coalesce(r.n, 0)::int AS refused
FROM weeks w CROSS JOIN labels l
LEFT JOIN carried k ON k.week = w.week AND k.label = l.label
LEFT JOIN corrected o ON o.week = w.week AND o.label = l.label
LEFT JOIN refused r ON r.week = w.week AND r.label = l.label
WHERE coalesce(k.n, o.n, r.n) IS NOT NULL
ORDER BY w.week, l.place
