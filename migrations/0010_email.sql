-- migrate:up

-- What one of our addresses has of its own, for all to see: hosts, a signature, an automatic answer.
-- Its secrets lie encrypted in entry_point_secret.
ALTER TABLE entry_point
  ADD COLUMN options jsonb NOT NULL DEFAULT '{}'
    CONSTRAINT entry_point_options_are_by_name CHECK (jsonb_typeof(options) = 'object');

-- Mails: how a message was written and understood, beside its interaction. `interaction.body` has the
-- new words only; the bytes as they came are the interaction's delivery.
CREATE TABLE mail (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id),
  message_id text,                      -- without brackets, as all ids of mails
  message_key bytea CONSTRAINT mail_message_key_is_sixteen_bytes CHECK (length(message_key) = 16),
  in_reply_to text[] NOT NULL DEFAULT '{}',
  "references" text[] NOT NULL DEFAULT '{}',
  subject text NOT NULL DEFAULT '',
  author jsonb,                         -- {name, address}, and so are the members of these:
  "to" jsonb NOT NULL DEFAULT '[]',
  cc jsonb NOT NULL DEFAULT '[]',
  reply_to jsonb NOT NULL DEFAULT '[]',
  envelope_sender text,                 -- '' is the null reverse path, NULL where the way in tells none
  sent_at text,                         -- the writer's claim, ISO 8601 with his offset
  whole_text text NOT NULL DEFAULT '',
  html text,                            -- safe to show, remote images blocked
  kind text NOT NULL CONSTRAINT mail_kind_is_known CHECK (kind IN
    ('person', 'auto_reply', 'bounce', 'receipt', 'complaint', 'bulk', 'loop')),
  bounce jsonb,                         -- {permanent, recipient, status, message_id}
  authentication jsonb,                 -- {spf, dkim, dmarc, domain} as our own border found them
  automatic boolean NOT NULL DEFAULT false,  -- ours, written by no person
  bulk boolean NOT NULL DEFAULT false,       -- ours, written to many: readers may leave the list
  CONSTRAINT mail_key_is_of_its_message_id CHECK ((message_id IS NULL) = (message_key IS NULL))
);
-- The first 16 bytes of the id's SHA-256: an id may be longer than an index takes.
CREATE INDEX mail_by_message_id ON mail (message_key, interaction_id) WHERE message_key IS NOT NULL;

-- Files of a mail: shown in its text where it names their Content-ID.
ALTER TABLE attachment
  ADD COLUMN inline boolean NOT NULL DEFAULT false,
  ADD COLUMN content_id text;

-- How far a mailbox was read; written with what was read, only by who holds its lease.
CREATE TABLE mailbox_checkpoint (
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  mailbox text NOT NULL,
  uid_validity bigint NOT NULL,
  last_uid bigint NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (entry_point_id, mailbox)
);

-- Whether a way in of an entry point works: `failures` in a row, and what was said of the last.
CREATE TABLE way_in (
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  way text NOT NULL CONSTRAINT way_in_is_a_word CHECK (way ~ '^[a-z][a-z_]{1,30}$'),
  failures int NOT NULL DEFAULT 0,
  error text,
  failed_at timestamptz,
  worked_at timestamptz,
  PRIMARY KEY (entry_point_id, way)
);

-- A stranger who writes into somebody's problem: which one, until a person decides.
ALTER TABLE quarantine
  ADD COLUMN entry_point_id bigint REFERENCES entry_point (id),
  ADD COLUMN ticket_id bigint REFERENCES ticket (id);
-- The same bytes to two of our addresses are two mails; one mail that comes by two ways is one.
DROP INDEX quarantine_keeps_a_payload_once;
CREATE UNIQUE INDEX quarantine_keeps_a_payload_once
  ON quarantine (channel, purpose, body_sha256, coalesce(entry_point_id, 0));
CREATE INDEX quarantine_held_of_entry_point ON quarantine (entry_point_id, external_id)
  WHERE released_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX quarantine_held_for_ticket ON quarantine (ticket_id, id) WHERE released_at IS NULL AND ticket_id IS NOT NULL;

-- What no person wrote: to us ('automatic'), or from us, that we have got it ('autoresponse'). A 'message' is
-- somebody's words, and only they count. What we say by ourselves is said once a correspondent and day.
ALTER TABLE interaction DROP CONSTRAINT interaction_kind_is_known;
ALTER TABLE interaction ADD CONSTRAINT interaction_kind_is_known
  CHECK (kind IN ('message', 'note', 'hand_over', 'automatic', 'autoresponse')) NOT VALID;
ALTER TABLE interaction DROP CONSTRAINT interaction_is_written_by_someone_unless_inbound;
ALTER TABLE interaction ADD CONSTRAINT interaction_is_written_by_someone_unless_automatic
  CHECK (direction = 'inbound' OR author_id IS NOT NULL OR kind = 'autoresponse') NOT VALID;

CREATE TABLE autoresponse (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id),
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  correspondent text NOT NULL,
  domain text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX autoresponse_to_correspondent ON autoresponse (entry_point_id, correspondent, at);
CREATE INDEX autoresponse_to_domain ON autoresponse (entry_point_id, domain, at);
CREATE INDEX autoresponse_by_time ON autoresponse (entry_point_id, at);

-- How often a message went out whose answer was lost, on channels where the same message twice is one.
-- And how often one was put off alone, while others of its sender went on.
ALTER TABLE outbox ADD COLUMN repeats smallint NOT NULL DEFAULT 0, ADD COLUMN deferrals smallint NOT NULL DEFAULT 0;
-- How long a message is worth sending, its channel says: what is too late is looked for by sender.
DROP INDEX outbox_by_age;
CREATE INDEX outbox_by_age ON outbox (entry_point_id, created_at) WHERE state = 'queued' AND created_at < 'infinity';
