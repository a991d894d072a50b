-- migrate:up
-- What follows a problem: feedback, follow-ups, notices, prices.
SELECT;

-- Guidance: how replies were written, what helps with whom, and whether all are treated alike ------------

-- Whether a reply kept to the guidance for the temperament the ticket carried then: `rules` names what it
-- went against, and is empty where it kept to all. Never the words.
CREATE TABLE reply_tone (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id) ON DELETE CASCADE,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  temperament text NOT NULL CONSTRAINT reply_tone_temperament_is_known CHECK (temperament IN
    ('warm', 'serious', 'fault_finding', 'hesitant', 'haggler', 'unknown')),
  rules text[] NOT NULL DEFAULT '{}',
  written_at timestamptz NOT NULL
);
CREATE INDEX reply_tone_of_ticket ON reply_tone (ticket_id, written_at);

-- Which temperament a reply is meant for, and the objection it answers, as a customer might say it.
ALTER TABLE saved_reply
  ADD COLUMN temperament text CONSTRAINT saved_reply_temperament_is_known CHECK (temperament IN
    ('warm', 'serious', 'fault_finding', 'hesitant', 'haggler', 'unknown')),
  ADD COLUMN objection text CONSTRAINT saved_reply_objection_is_not_empty CHECK (objection <> '');

-- A gap between people of one temperament and all others that supervisors were told of.
CREATE TABLE fairness_gap (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  measure text NOT NULL CONSTRAINT fairness_gap_measure_is_known CHECK (measure IN
    ('waiting_time', 'time_to_solve', 'satisfaction', 'escalation')),
  temperament text NOT NULL,
  theirs float8 NOT NULL,
  others float8 NOT NULL,
  n int NOT NULL,
  n_others int NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  found_at timestamptz NOT NULL
);
CREATE INDEX fairness_gap_latest ON fairness_gap (measure, temperament, found_at);

-- Temperament is a note on tone: nothing is promised by it, and nobody is served earlier or later for it.
-- NOT VALID: what a house has from before counts for nothing (`routing.entry.blind`), and goes when it is next edited.
ALTER TABLE sla_policy ADD CONSTRAINT sla_policy_does_not_ask_for_temperament
  CHECK (NOT condition ?| ARRAY['temperament', 'segment.temperament']) NOT VALID;
ALTER TABLE credit_rule ADD CONSTRAINT credit_rule_is_not_for_temperament CHECK (kind <> 'temperament') NOT VALID;
