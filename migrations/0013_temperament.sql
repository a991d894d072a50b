-- migrate:up
-- What each message showed of its writer, and what follows for the contact.

-- What a message showed: six numbers in the order warm, serious, fault_finding, hesitant, haggler, unknown, and
-- where its signs stand; never a word of it. It belongs to whoever the message belongs to and goes with the message.
-- `behaviour` is what the contact had done by then.
CREATE TABLE temperament_evidence (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id) ON DELETE CASCADE,
  contact_id bigint NOT NULL REFERENCES contact (id),
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  channel text NOT NULL,
  at timestamptz NOT NULL,
  log_ratios real[] NOT NULL CONSTRAINT temperament_evidence_is_six_numbers CHECK (cardinality(log_ratios) = 6),
  is_explicit boolean NOT NULL,
  cues jsonb NOT NULL DEFAULT '[]',
  behaviour jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX temperament_evidence_of_contact ON temperament_evidence (contact_id, at DESC);
CREATE INDEX temperament_evidence_of_ticket ON temperament_evidence (ticket_id);

-- What the model says of a contact. Without another message it says something else from `changes_at` on.
-- Of who has opted out nothing is computed, kept or shown.
CREATE TABLE contact_temperament (
  contact_id bigint PRIMARY KEY REFERENCES contact (id),
  label text NOT NULL DEFAULT 'unknown' CONSTRAINT contact_temperament_is_known CHECK (label IN
    ('warm', 'serious', 'fault_finding', 'hesitant', 'haggler', 'unknown')),
  since timestamptz,
  failing_since timestamptz,
  changes_at timestamptz,
  evaluated_at timestamptz,
  opted_out_at timestamptz,
  opted_out_by text,
  CONSTRAINT contact_temperament_stands_since_an_instant CHECK ((label = 'unknown') = (since IS NULL)),
  CONSTRAINT contact_temperament_is_not_computed_of_who_opted_out
    CHECK (opted_out_at IS NULL OR (label = 'unknown' AND opted_out_by IS NOT NULL))
);
CREATE INDEX contact_temperament_changes ON contact_temperament (changes_at) WHERE changes_at IS NOT NULL;

-- "Not this": a label that a person keeps out for a while. It belongs to the contact of whom it was said; what has
-- become of him by a merge is looked up when it is read.
CREATE TABLE temperament_refusal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contact_id bigint NOT NULL REFERENCES contact (id),
  label text NOT NULL CONSTRAINT temperament_refusal_is_of_a_trait CHECK (label IN
    ('warm', 'serious', 'fault_finding', 'hesitant', 'haggler')),
  at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  actor text NOT NULL,
  note text,
  CONSTRAINT temperament_refusal_does_not_run_backwards CHECK (until >= at)
);
CREATE INDEX temperament_refusal_of_contact ON temperament_refusal (contact_id, id);
CREATE INDEX temperament_refusal_by_time ON temperament_refusal (at);

-- Messages that were routed without a look: they are read when there is time.
CREATE TABLE temperament_unread (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id) ON DELETE CASCADE
);
-- Of whom something was thought before, the latest messages are read anew.
INSERT INTO temperament_unread (interaction_id)
SELECT m.id FROM (SELECT DISTINCT s.contact_id FROM segment s
                  WHERE s.kind = 'temperament' AND s.source = 'cues' AND s.value <> 'unknown' AND s.to_at IS NULL) AS c
CROSS JOIN LATERAL (
  SELECT i.id FROM interaction i
  WHERE i.contact_id = c.contact_id AND i.direction = 'inbound' AND i.kind = 'message' AND i.ticket_id IS NOT NULL
    AND i.triaged_at IS NOT NULL AND NOT i.details ? 'participant'
  ORDER BY i.id DESC LIMIT 30) AS m;

-- Who said what of temperaments, and when: what a report asks.
CREATE INDEX segment_of_temperament ON segment (source, from_at) WHERE kind = 'temperament' AND ticket_id IS NULL;

-- Whether a contact objects to being judged.
CREATE FUNCTION is_not_judged(of_contact bigint) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM contact_temperament p WHERE p.contact_id = of_contact AND p.opted_out_at IS NOT NULL);

-- The temperament that counts of a contact: a person's word, another system's, the model's.
CREATE FUNCTION temperament_of(of_contact bigint, at timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN coalesce((
  SELECT s.value FROM segment s
  WHERE s.contact_id = of_contact AND s.kind = 'temperament' AND s.ticket_id IS NULL AND NOT is_not_judged(of_contact)
    AND s.from_at <= at AND (s.to_at IS NULL OR s.to_at > at)
  ORDER BY array_position(ARRAY['agent', 'import', 'rule', 'model', 'cues'], s.source), s.from_at DESC, s.id DESC
  LIMIT 1), 'unknown');

-- The same for whoever looked a moment ago and found `found`: who was judged or corrected since is as that says.
CREATE FUNCTION temperament_since(of_contact bigint, at timestamptz, found text) RETURNS text
LANGUAGE sql STABLE
RETURN CASE WHEN EXISTS (SELECT FROM contact_temperament p WHERE p.contact_id = of_contact)
       THEN temperament_of(of_contact, at) ELSE found END;

-- As before, but nothing is said of the temperament of who objects.
CREATE OR REPLACE FUNCTION effective_segments(of_contact bigint, at timestamptz)
RETURNS TABLE (id bigint, kind text, value text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT x.id, x.kind, x.value FROM (
    SELECT s.id, s.kind, s.value, row_number() OVER (
      PARTITION BY s.kind, s.slot
      ORDER BY array_position(ARRAY['agent', 'import', 'rule', 'model', 'cues'], s.source), s.from_at DESC, s.id DESC) AS n
    FROM segment s
    WHERE s.contact_id = of_contact AND s.ticket_id IS NULL
      AND greatest(s.from_at, s.told_at) <= at AND (s.to_at IS NULL OR s.to_at > at)) AS x
  WHERE x.n = 1 AND (x.kind <> 'temperament' OR NOT is_not_judged(of_contact));
END;

-- Words that are taken out of a message take the places of its signs along; the numbers stay.
CREATE FUNCTION temperament_forgets_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE temperament_evidence e SET cues = (
    SELECT coalesce(jsonb_agg(c.cue || '{"span": null}'), '[]') FROM jsonb_array_elements(e.cues) AS c(cue))
  WHERE e.interaction_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER interaction_words_changed AFTER UPDATE OF body ON interaction
FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION temperament_forgets_places();

-- A message that is gone says nothing any more: its contact is judged anew.
CREATE FUNCTION temperament_is_judged_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE contact_temperament SET changes_at = now() WHERE contact_id IN (SELECT g.contact_id FROM gone g);
  RETURN NULL;
END $$;
CREATE TRIGGER temperament_evidence_is_gone AFTER DELETE ON temperament_evidence
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION temperament_is_judged_anew();
