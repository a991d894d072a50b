-- migrate:up

-- Who does not want messages from one of our senders. A sender is what the channel says refusals
-- hold for: our address, or what the provider sends for several of them. It hangs on the address a
-- customer is known by, so that a merge of contacts and its undoing leave it alone.
CREATE TABLE opt_out (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  sender text NOT NULL,
  identity_id bigint NOT NULL REFERENCES identity (id),
  source text NOT NULL CONSTRAINT opt_out_source_is_known CHECK (source IN ('customer', 'provider', 'staff')),
  from_at timestamptz NOT NULL,
  lifted_at timestamptz,
  lifted_source text CONSTRAINT opt_out_lifting_source_is_known CHECK (lifted_source IN ('customer', 'staff')),
  CONSTRAINT opt_out_does_not_run_backwards CHECK (lifted_at >= from_at),
  CONSTRAINT opt_out_that_is_lifted_says_by_whom CHECK ((lifted_at IS NULL) = (lifted_source IS NULL))
);
CREATE UNIQUE INDEX opt_out_one_standing_per_sender ON opt_out (identity_id, channel, sender)
  WHERE lifted_at IS NULL;
CREATE INDEX opt_out_of_identity ON opt_out (identity_id, id);

-- What a sender may hand over, and since when it may again.
ALTER TABLE entry_point ADD COLUMN segments_per_s double precision
  CONSTRAINT entry_point_rate_is_positive CHECK (segments_per_s > 0);

CREATE TABLE sender_pace (
  entry_point_id bigint PRIMARY KEY REFERENCES entry_point (id),
  free_at timestamptz NOT NULL DEFAULT '2000-01-01 00:00:00+00',
  refusals int NOT NULL DEFAULT 0,
  refused_at timestamptz
);

-- A channel whose account the provider refuses: nothing goes out but now and then one message.
CREATE TABLE channel_stop (
  channel text PRIMARY KEY,
  code text,
  stopped_at timestamptz NOT NULL,
  probe_at timestamptz NOT NULL,
  probes int NOT NULL DEFAULT 0
);

-- `next_at` is also when an unknown outcome is looked for next.
ALTER TABLE outbox
  ADD COLUMN entry_point_id bigint REFERENCES entry_point (id),
  ADD COLUMN first_attempt_at timestamptz,
  ADD COLUMN unknown_at timestamptz,
  ADD COLUMN looks smallint NOT NULL DEFAULT 0,
  ADD COLUMN alarmed_at timestamptz;
UPDATE outbox SET entry_point_id = i.entry_point_id FROM interaction i
WHERE i.id = outbox.interaction_id AND outbox.state IN ('queued', 'sending', 'unknown');

-- Filled in here and not by the app, so that what a process of the version before writes is sent, too.
CREATE FUNCTION outbox_sender() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.entry_point_id := (SELECT i.entry_point_id FROM interaction i WHERE i.id = NEW.interaction_id);
  RETURN NEW;
END
$$;
CREATE TRIGGER outbox_knows_its_sender BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_sender();

CREATE INDEX outbox_of_sender ON outbox (entry_point_id, next_at, id) WHERE state = 'queued';
CREATE INDEX outbox_by_age ON outbox (created_at) WHERE state = 'queued';
CREATE INDEX outbox_claimed ON outbox (claimed_until) WHERE state = 'sending';
CREATE INDEX outbox_unknown ON outbox (next_at) WHERE state = 'unknown';
CREATE INDEX outbox_unknown_of_conversation ON outbox (conversation) WHERE state = 'unknown';
CREATE INDEX outbox_unknown_without_alarm ON outbox (id) WHERE state = 'unknown' AND alarmed_at IS NULL;

-- How far a channel's messages are known to be stored; a provider keeps what it could not hand over.
CREATE TABLE checkpoint (
  channel text PRIMARY KEY,
  stored_until timestamptz NOT NULL,
  swept_at timestamptz NOT NULL
);

-- Files that only the provider has; `next_fetch_at` is also how long somebody's claim holds.
ALTER TABLE attachment
  ADD COLUMN fetch_attempts smallint NOT NULL DEFAULT 0,
  ADD COLUMN next_fetch_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN fetch_error text;
CREATE INDEX attachment_to_fetch ON attachment (next_fetch_at, id) WHERE sha256 IS NULL AND fetch_error IS NULL;
