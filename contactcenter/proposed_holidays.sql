-- name: list_of
-- What waits for somebody's decision.
SELECT day, name_en, name_fa, country, certainty, proposed_at FROM proposed_holiday
WHERE calendar_id = $1 ORDER BY day

-- name: put
-- A day is proposed once; the newer list knows better. What the calendar says already is no proposal.
INSERT INTO proposed_holiday (calendar_id, day, name_en, name_fa, country, certainty, proposed_at)
SELECT $1, p.day, p.name_en, p.name_fa, $2, p.certainty, $3
FROM unnest($4::date[], $5::text[], $6::text[], $7::text[]) AS p (day, name_en, name_fa, certainty)
WHERE NOT EXISTS (SELECT FROM calendar_exception e JOIN calendar c ON c.id = e.calendar_id AND c.version = e.version
                  WHERE e.calendar_id = $1 AND e.day = p.day)
ON CONFLICT (calendar_id, day) DO UPDATE SET name_en = excluded.name_en, name_fa = excluded.name_fa,
  country = excluded.country, certainty = excluded.certainty, proposed_at = excluded.proposed_at

-- name: drop
-- Decided, either way.
DELETE FROM proposed_holiday WHERE calendar_id = $1 AND day = ANY($2::date[])
