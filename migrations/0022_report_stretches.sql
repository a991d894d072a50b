-- migrate:up
-- What went on at an instant, or in a period, is found by when it lasted: ordered by its end alone, all that ended since would be read.

-- From when until when something lasts, both included; without an end it goes on. Clocks that were set back make it an instant.
CREATE FUNCTION during(from_at timestamptz, at timestamptz) RETURNS tstzrange
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN tstzrange(from_at, CASE WHEN at < from_at THEN from_at ELSE at END, '[]');

CREATE INDEX report_fact_during ON report_fact USING gist (during(from_at, at))
  WHERE kind IN ('stay', 'presence', 'busy', 'planned', 'adhered');

-- What somebody else asked for at a time is not looked for among all who ever asked.
DROP INDEX report_fact_of_contact;
CREATE INDEX report_fact_of_contact ON report_fact (contact_id, at) WHERE kind = 'opened' AND contact_id IS NOT NULL;
