-- migrate:up
-- Phone: calls, their legs, what the provider told of them, and what it is asked to do.

-- Calls (CALLS) ----------------------------------------------------------------------------------

-- One conversation by phone with one customer, from the first ring to the last word. What is measured is derived from
-- `call_hook` and nothing else; these columns repeat it, for reading.
CREATE TABLE call (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  direction text NOT NULL CONSTRAINT call_direction_is_known CHECK (direction IN ('inbound', 'outbound')),
  address_kind text NOT NULL,                          -- the customer's: 'phone', 'withheld', 'sip'
  address text NOT NULL CONSTRAINT call_address_is_not_empty CHECK (address <> ''),
  contact_id bigint REFERENCES contact (id),           -- these three once it is on the timeline
  ticket_id bigint REFERENCES ticket (id),
  interaction_id bigint REFERENCES interaction (id),
  callback_id bigint,                                  -- of a call that keeps a promise
  state text NOT NULL CONSTRAINT call_state_is_known CHECK (state IN
    ('dialling', 'menu', 'waiting', 'connecting', 'talking', 'on_hold', 'voicemail', 'ended')),
  outcome text CONSTRAINT call_outcome_is_known CHECK (outcome IN
    ('answered', 'abandoned', 'short_abandoned', 'voicemail', 'callback', 'failed')),
  language text CONSTRAINT call_language_is_a_tag CHECK (language ~ '^[a-z]{2}$'),
  choices text[] NOT NULL DEFAULT '{}',                -- what was chosen in the menu, in order
  queue_id bigint REFERENCES queue (id),               -- where the menu leads to; NULL for the entry point's
  service_tag text,
  conference text,                                     -- the provider's id of the room they talk in
  parked_in text,                                      -- the provider's id of the queue that holds the caller
  began_at timestamptz NOT NULL,
  parked_at timestamptz,
  answered_at timestamptz,
  is_reply boolean NOT NULL DEFAULT false,             -- whether that has counted as an answer to the customer
  ended_at timestamptz,
  account jsonb NOT NULL DEFAULT '{}',                 -- what routing/calls made of its hooks: phases and seconds
  unsettled_at timestamptz,                            -- since when routing does not know what its hooks tell
  version int NOT NULL DEFAULT 1,
  CONSTRAINT call_that_is_over_has_an_end_and_an_outcome
    CHECK ((state = 'ended') = (ended_at IS NOT NULL) AND (state = 'ended') = (outcome IS NOT NULL))
);
-- Partial, so that to write it takes no stronger lock than the hooks that point at the row hold.
CREATE UNIQUE INDEX call_is_on_the_timeline_once ON call (interaction_id) WHERE interaction_id IS NOT NULL;
CREATE INDEX call_live ON call (id) WHERE ended_at IS NULL;
CREATE INDEX call_unsettled ON call (unsettled_at) WHERE unsettled_at IS NOT NULL;
CREATE INDEX call_in_room ON call (conference) WHERE conference IS NOT NULL;
CREATE INDEX call_over ON call (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX call_one_live_per_ticket ON call (ticket_id, direction) WHERE ended_at IS NULL AND ticket_id IS NOT NULL;
CREATE INDEX call_of_ticket ON call (ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX call_of_contact ON call (contact_id, id) WHERE contact_id IS NOT NULL;

-- One telephone in a call, ours or the customer's. A row is written before the provider is asked to dial.
CREATE TABLE call_leg (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id bigint NOT NULL REFERENCES call (id),
  party text NOT NULL CONSTRAINT call_leg_party_is_known CHECK (party IN ('customer', 'agent', 'supervisor', 'number')),
  user_id bigint REFERENCES user_account (id),
  address text NOT NULL,                               -- what was dialled: E.164, sip:…, client:…
  purpose text NOT NULL CONSTRAINT call_leg_purpose_is_known CHECK (purpose IN
    ('customer', 'offer', 'callback', 'outbound', 'consultation', 'transfer', 'listen', 'whisper', 'barge')),
  offer_id bigint REFERENCES offer (id),
  external_id text,                                    -- NULL until the provider told it
  state text NOT NULL CONSTRAINT call_leg_state_is_known CHECK (state IN
    ('wanted', 'dialling', 'ringing', 'answered', 'joined', 'left', 'ended')),
  end_reason text,                                     -- completed, busy, no_answer, failed, canceled, lost, not_accepted, not_allowed
  began_at timestamptz NOT NULL,
  answered_at timestamptz,
  joined_at timestamptz,
  ended_at timestamptz,
  looked_at timestamptz,                               -- when the provider was last asked what became of it
  CONSTRAINT call_leg_of_our_people_says_whose CHECK ((party IN ('agent', 'supervisor')) = (user_id IS NOT NULL)),
  CONSTRAINT call_leg_that_is_over_has_an_end CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
-- Partial for the same reason: it is written while commands and hooks point at the row.
CREATE UNIQUE INDEX call_leg_external_id_is_unique ON call_leg (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX call_leg_of_call ON call_leg (call_id, id);
CREATE INDEX call_leg_live ON call_leg (began_at) WHERE ended_at IS NULL;
CREATE INDEX call_leg_live_of_user ON call_leg (user_id) WHERE ended_at IS NULL AND user_id IS NOT NULL;

-- What the provider told of calls, each thing once, whatever the order it came in. `call_id` is NULL as long as nobody
-- knows whose it is.
CREATE TABLE call_hook (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL,
  account text NOT NULL DEFAULT '',                    -- the provider's that told it; '' for what we noted ourselves
  call_id bigint REFERENCES call (id),
  leg_external_id text,                                -- the provider's id of the telephone
  conference text,                                     -- and of the room
  name text NOT NULL,                                  -- voice, gather, wait, enqueue_action, offer, call_status, …
  told jsonb NOT NULL,                                 -- channels.CallEvent
  received_at timestamptz NOT NULL,
  delivery_id bigint,
  CONSTRAINT call_hook_is_taken_once UNIQUE (key, account)
);
CREATE INDEX call_hook_of_call ON call_hook (call_id, id) WHERE call_id IS NOT NULL;
CREATE INDEX call_hook_unmatched_leg ON call_hook (leg_external_id) WHERE call_id IS NULL;
CREATE INDEX call_hook_unmatched_conference ON call_hook (conference) WHERE call_id IS NULL AND conference IS NOT NULL;
CREATE INDEX call_hook_unmatched ON call_hook (received_at) WHERE call_id IS NULL;

-- The timeline knows calls.
ALTER TABLE interaction DROP CONSTRAINT interaction_kind_is_known;
ALTER TABLE interaction ADD CONSTRAINT interaction_kind_is_known CHECK (kind IN
  ('message', 'note', 'hand_over', 'automatic', 'autoresponse', 'notice', 'transcript', 'call', 'voicemail')) NOT VALID;
-- A note that nobody wrote says what was done, or given up, by itself.
ALTER TABLE interaction DROP CONSTRAINT interaction_is_written_by_someone_unless_automatic;
ALTER TABLE interaction ADD CONSTRAINT interaction_is_written_by_someone_unless_automatic
  CHECK (direction = 'inbound' OR author_id IS NOT NULL OR kind IN ('autoresponse', 'notice', 'transcript', 'note')) NOT VALID;

-- What a call does to its ticket (ROUTING) ---------------------------------------------------------

-- The call that waits with the ticket, or is talked in: only who has a telephone is asked, and it takes what a call takes.
ALTER TABLE ticket ADD COLUMN live_call_id bigint REFERENCES call (id);
CREATE UNIQUE INDEX ticket_of_live_call ON ticket (live_call_id) WHERE live_call_id IS NOT NULL;
-- While a call is live, or one is promised and due: only somebody with a telephone may have it.
ALTER TABLE ticket ADD COLUMN needs_phone boolean NOT NULL DEFAULT false;
ALTER TABLE ticket ADD CONSTRAINT ticket_with_a_live_call_needs_a_phone
  CHECK (live_call_id IS NULL OR needs_phone) NOT VALID;

-- Where an agent's telephone is: E.164, sip:… or client:…
ALTER TABLE agent ADD COLUMN phone_address text
  CONSTRAINT agent_phone_address_is_one CHECK (phone_address ~ '^(\+[1-9][0-9]{6,14}|sips?:[^\s]+@[^\s]+|client:[^\s]+)$');

ALTER TABLE call_leg
  ADD COLUMN accepted_at timestamptz,                  -- its agent pressed the key
  ADD COLUMN wraps_up_until timestamptz,               -- it is over, and its agent has so long for what is left to do
  ADD COLUMN wrapped_up_at timestamptz;                -- he was done, or the time was over
CREATE INDEX call_leg_of_offer ON call_leg (offer_id) WHERE offer_id IS NOT NULL;
CREATE INDEX call_leg_wrapping_up ON call_leg (user_id) WHERE wraps_up_until IS NOT NULL AND wrapped_up_at IS NULL;

-- What the provider is to do, written with the change that is its reason; done beside it, in order within a call.
CREATE TABLE call_command (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id bigint NOT NULL REFERENCES call (id),
  leg_id bigint REFERENCES call_leg (id),
  verb text NOT NULL CONSTRAINT call_command_verb_is_known CHECK (verb IN
    ('offer', 'connect', 'hold', 'unhold', 'add', 'remove', 'coach', 'record', 'pause_recording', 'resume_recording',
     'hang_up', 'leave_queue')),
  arguments jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'queued' CONSTRAINT call_command_state_is_known CHECK (state IN
    ('queued', 'sending', 'done', 'refused', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  claimed_until timestamptz,
  error text,
  created_at timestamptz NOT NULL,
  done_at timestamptz,
  CONSTRAINT call_command_is_claimed_exactly_while_sending CHECK ((claimed_until IS NOT NULL) = (state = 'sending'))
);
CREATE INDEX call_command_open ON call_command (due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX call_command_of_call ON call_command (call_id, id);
CREATE INDEX call_command_of_leg ON call_command (leg_id, id) WHERE leg_id IS NOT NULL;

-- Menus, prompts and what callers hear (MENU) ------------------------------------------------------

-- A tree of greetings, questions and where they lead, as routing/calls/menus.py reads it.
CREATE TABLE phone_menu (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CONSTRAINT phone_menu_name_is_unique UNIQUE CONSTRAINT phone_menu_name_is_not_empty CHECK (name <> ''),
  tree jsonb NOT NULL,
  version int NOT NULL DEFAULT 1
);
ALTER TABLE entry_point ADD COLUMN phone_menu_id bigint REFERENCES phone_menu (id);
CREATE INDEX entry_point_of_menu ON entry_point (phone_menu_id) WHERE phone_menu_id IS NOT NULL;

-- What is said to callers by name: a text for the provider's voice, a sound somewhere else, or one of our own, which the
-- provider fetches by `token`. Another sound is another token: what was fetched may be kept for ever.
CREATE TABLE phone_prompt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CONSTRAINT phone_prompt_name_is_a_word CHECK (name ~ '^[a-z][a-z0-9_.]{0,59}$'),
  language text NOT NULL CONSTRAINT phone_prompt_language_is_a_tag CHECK (language ~ '^[a-z]{2}$'),
  text text CONSTRAINT phone_prompt_text_is_not_empty CHECK (text <> ''),
  url text CONSTRAINT phone_prompt_url_is_secure CHECK (url ~ '^https://'),
  sha256 bytea REFERENCES blob (sha256),
  content_type text,
  size_bytes int,
  token text CONSTRAINT phone_prompt_token_is_unique UNIQUE,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT phone_prompt_is_there_once_in_a_language UNIQUE (name, language),
  CONSTRAINT phone_prompt_is_a_text_or_a_sound CHECK (num_nonnulls(text, url, sha256) = 1),
  CONSTRAINT phone_prompt_of_ours_can_be_fetched
    CHECK (num_nulls(sha256, content_type, size_bytes, token) IN (0, 4))
);
-- A service tag as it is typed on a telephone: letters are the keys they stand on.
CREATE INDEX asset_by_keys ON asset
  (translate(service_tag, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '22233344455566677778889999'));

-- Recordings (RECORDING) ---------------------------------------------------------------------------

-- Whether calls to one of our numbers are recorded, what callers are told of it first, how long it is kept. Without a
-- row they are not.
CREATE TABLE recording_policy (
  entry_point_id bigint PRIMARY KEY REFERENCES entry_point (id),
  mode text NOT NULL CONSTRAINT recording_policy_mode_is_known CHECK (mode IN ('off', 'all')),
  announcement jsonb NOT NULL DEFAULT '{}',            -- by language: {"say": text} or {"play": address}
  keep_days int NOT NULL DEFAULT 90 CONSTRAINT recording_policy_keeps_a_day_to_ten_years CHECK (keep_days BETWEEN 1 AND 3650),
  erases_at_provider boolean NOT NULL DEFAULT true,    -- as soon as we have it: then there is one copy
  resumes_after_s int CONSTRAINT recording_policy_resumes_within_an_hour CHECK (resumes_after_s BETWEEN 30 AND 3600),
  transcribes boolean NOT NULL DEFAULT false,          -- lets the provider write down voicemails in English
  version int NOT NULL DEFAULT 1,
  CONSTRAINT recording_policy_that_records_tells_so CHECK (mode = 'off' OR announcement <> '{}')
);

-- That a call is recorded, and in which words its people are told. Without a row it is not; the customer is in the room
-- only after he was told.
CREATE TABLE call_recording_notice (
  call_id bigint PRIMARY KEY REFERENCES call (id),
  said jsonb NOT NULL CONSTRAINT call_recording_notice_says_something CHECK (jsonb_array_length(said) > 0),
  told_at timestamptz                                  -- the customer; NULL until he whom we call is there
);

-- What was recorded: a call, or a message for us. The row stays when its bytes are gone.
CREATE TABLE call_recording (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  external_id text NOT NULL,
  account text NOT NULL,                               -- the provider's that holds it
  kind text NOT NULL CONSTRAINT call_recording_kind_is_known CHECK (kind IN ('call', 'voicemail')),
  call_id bigint REFERENCES call (id),                 -- NULL as long as nobody knows whose it is
  entry_point_id bigint REFERENCES entry_point (id),
  leg_external_id text,                                -- the provider's ids, to find the call by
  conference text,
  caller text,                                         -- where the call has left no row: who spoke, and whom he called
  called text,
  state text NOT NULL CONSTRAINT call_recording_state_is_known CHECK (state IN
    ('recording', 'completed', 'absent', 'fetched', 'failed', 'erased')),
  started_at timestamptz,
  duration_s int CONSTRAINT call_recording_duration_is_not_negative CHECK (duration_s >= 0),
  source_url text,
  sha256 bytea REFERENCES blob (sha256),
  size_bytes bigint,
  content_type text,
  fetch_attempts smallint NOT NULL DEFAULT 0,
  next_fetch_at timestamptz,                           -- also how long somebody's claim holds
  error text,
  transcription_state text NOT NULL DEFAULT 'none' CONSTRAINT call_recording_transcription_is_known
    CHECK (transcription_state IN ('none', 'completed', 'failed')),
  transcription text,
  transcription_language text,
  interaction_id bigint REFERENCES interaction (id),   -- a voicemail's own; once it is on the timeline
  filed_at timestamptz,                                -- when somebody saw to it that it is, or that it is none
  file_attempts smallint NOT NULL DEFAULT 0,
  next_file_at timestamptz,
  erase_at timestamptz NOT NULL,                       -- its time is over
  erased_at timestamptz,
  provider_state text NOT NULL DEFAULT 'kept' CONSTRAINT call_recording_provider_state_is_known
    CHECK (provider_state IN ('kept', 'erasing', 'erased', 'refused')),
  provider_attempts smallint NOT NULL DEFAULT 0,
  next_provider_at timestamptz,
  created_at timestamptz NOT NULL,
  CONSTRAINT call_recording_is_known_once UNIQUE (external_id, account),
  CONSTRAINT call_recording_has_its_bytes_while_fetched CHECK ((state = 'fetched') = (sha256 IS NOT NULL)),
  CONSTRAINT call_recording_that_is_erased_says_when CHECK ((state = 'erased') = (erased_at IS NOT NULL)),
  CONSTRAINT call_recording_that_is_erased_has_no_text CHECK (state <> 'erased' OR transcription IS NULL)
);
CREATE INDEX call_recording_of_call ON call_recording (call_id, id) WHERE call_id IS NOT NULL;
CREATE INDEX call_recording_of_interaction ON call_recording (interaction_id) WHERE interaction_id IS NOT NULL;
CREATE INDEX call_recording_unmatched_leg ON call_recording (leg_external_id) WHERE call_id IS NULL;
CREATE INDEX call_recording_unmatched_conference ON call_recording (conference) WHERE call_id IS NULL;
CREATE INDEX call_recording_to_fetch ON call_recording (next_fetch_at, id) WHERE state = 'completed';
CREATE INDEX call_recording_to_file ON call_recording (next_file_at, id) WHERE filed_at IS NULL AND next_file_at IS NOT NULL;
CREATE INDEX call_recording_to_erase ON call_recording (erase_at) WHERE state <> 'erased';
CREATE INDEX call_recording_to_erase_there ON call_recording (next_provider_at) WHERE provider_state = 'erasing';
-- For the foreign key, when the bytes are erased.
CREATE INDEX call_recording_of_blob ON call_recording (sha256) WHERE sha256 IS NOT NULL;

-- A gap in a recording, for what nobody may keep: asked for, then true, then over.
CREATE TABLE recording_pause (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id bigint NOT NULL REFERENCES call (id),
  state text NOT NULL CONSTRAINT recording_pause_state_is_known CHECK (state IN
    ('asked', 'paused', 'resuming', 'over', 'failed')),
  asked_by_id bigint NOT NULL REFERENCES user_account (id),
  asked_at timestamptz NOT NULL,
  pause_command_id bigint REFERENCES call_command (id),
  paused_at timestamptz,
  resumes_at timestamptz,                              -- by itself, where the policy says so
  resumed_by_id bigint REFERENCES user_account (id),   -- NULL: by itself
  resume_command_id bigint REFERENCES call_command (id),
  ended_at timestamptz,
  error text,
  CONSTRAINT recording_pause_that_is_over_has_an_end CHECK ((state IN ('over', 'failed')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX recording_pause_one_at_a_time ON recording_pause (call_id) WHERE state IN ('asked', 'paused');
CREATE INDEX recording_pause_of_call ON recording_pause (call_id, id);
CREATE INDEX recording_pause_asked_by_command ON recording_pause (pause_command_id) WHERE pause_command_id IS NOT NULL;
CREATE INDEX recording_pause_ended_by_command ON recording_pause (resume_command_id) WHERE resume_command_id IS NOT NULL;
CREATE INDEX recording_pause_to_resume ON recording_pause (resumes_at) WHERE state = 'paused' AND resumes_at IS NOT NULL;

-- Who heard what. One row is one sitting: what a player asks for piece by piece is put together.
CREATE TABLE recording_access (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recording_id bigint NOT NULL REFERENCES call_recording (id),
  user_id bigint NOT NULL REFERENCES user_account (id),
  actor text NOT NULL,                                 -- user:7, or token:3 of his
  purpose text NOT NULL CONSTRAINT recording_access_purpose_is_known CHECK (purpose IN ('listen', 'download')),
  began_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  requests int NOT NULL DEFAULT 1,
  bytes_asked bigint NOT NULL,
  heard int8multirange NOT NULL                        -- which bytes, from 0
);
CREATE INDEX recording_access_of_recording ON recording_access (recording_id, id);
CREATE INDEX recording_access_of_sitting ON recording_access (recording_id, user_id, last_at);

-- What is played of a timeline's files is a recording's: read there, where it is noted who does.
ALTER TABLE attachment ADD COLUMN recording_id bigint REFERENCES call_recording (id);
CREATE UNIQUE INDEX attachment_of_recording ON attachment (recording_id) WHERE recording_id IS NOT NULL;

-- Callbacks (ROUTING) ------------------------------------------------------------------------------

-- Somebody is to be called instead of waiting on the line. His ticket waits in his place, as old as it is.
CREATE TABLE callback (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  entry_point_id bigint NOT NULL REFERENCES entry_point (id), -- the number he called, and sees
  address text NOT NULL CONSTRAINT callback_address_is_a_number CHECK (address ~ '^\+[1-9][0-9]{6,14}$'),
  language text CONSTRAINT callback_language_is_a_tag CHECK (language ~ '^[a-z]{2}$'),
  asked_in_call_id bigint REFERENCES call (id),
  state text NOT NULL DEFAULT 'waiting' CONSTRAINT callback_state_is_known CHECK (state IN
    ('waiting', 'calling', 'kept', 'unanswered', 'cancelled')),
  attempts int NOT NULL DEFAULT 0,                     -- how often the customer was dialled
  asked_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,                         -- not before
  ended_at timestamptz,
  ended_because text,                                  -- answered, no_answer, called_again, cancelled, solved, not_allowed
  version int NOT NULL DEFAULT 1,
  CONSTRAINT callback_that_is_over_has_an_end CHECK ((state IN ('waiting', 'calling')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX callback_one_open_per_ticket ON callback (ticket_id) WHERE ended_at IS NULL;
CREATE INDEX callback_of_ticket ON callback (ticket_id, id);
CREATE INDEX callback_open ON callback (id) WHERE ended_at IS NULL;
ALTER TABLE call ADD CONSTRAINT call_keeps_a_callback FOREIGN KEY (callback_id) REFERENCES callback (id);

-- Transfers and supervision (CONTROL) ---------------------------------------------------------------

-- A call handed on by people: to a queue, a colleague or a number outside. A warm one is open while the second agent is
-- asked and consulted; until it is completed the ticket stays with who began it.
CREATE TABLE call_transfer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id bigint NOT NULL REFERENCES call (id),
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  is_warm boolean NOT NULL,
  from_agent_id bigint NOT NULL REFERENCES user_account (id), -- who talks with the customer
  to_queue_id bigint REFERENCES queue (id),
  to_agent_id bigint REFERENCES user_account (id),
  to_number text,                                      -- outside the house: E.164
  reason text,                                         -- of one to a higher tier: a code of escalations
  note_id bigint,                                      -- the hand-over note on the timeline
  agent_id bigint REFERENCES user_account (id),        -- whose telephone rings, or who is consulted
  leg_id bigint REFERENCES call_leg (id),
  units int NOT NULL DEFAULT 0                         -- of his capacity, kept free for the ticket
    CONSTRAINT call_transfer_keeps_room_for_somebody CHECK (units >= 0 AND (units = 0 OR agent_id IS NOT NULL)),
  tried bigint[] NOT NULL DEFAULT '{}',                -- whom it rang at before
  state text NOT NULL CONSTRAINT call_transfer_state_is_known CHECK (state IN
    ('ringing', 'consulting', 'completed', 'canceled', 'failed')),
  failure text,                                        -- no_answer, customer_left, agent_left, colleague_left
  began_at timestamptz NOT NULL,
  joined_at timestamptz,
  ended_at timestamptz,
  CONSTRAINT call_transfer_goes_to_one_place CHECK (num_nonnulls(to_queue_id, to_agent_id, to_number) = 1),
  CONSTRAINT call_transfer_is_open_or_has_ended CHECK ((state IN ('ringing', 'consulting')) = (ended_at IS NULL)),
  CONSTRAINT call_transfer_that_has_ended_keeps_no_room CHECK (ended_at IS NULL OR units = 0)
);
CREATE UNIQUE INDEX call_transfer_one_open_per_call ON call_transfer (call_id) WHERE ended_at IS NULL;
CREATE INDEX call_transfer_of_call ON call_transfer (call_id, id);
CREATE UNIQUE INDEX call_transfer_one_open_per_agent ON call_transfer (agent_id) WHERE ended_at IS NULL AND agent_id IS NOT NULL;

-- A supervisor in a call, a row for each way he was in it: whom, how, from when to when.
CREATE TABLE call_supervision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id bigint NOT NULL REFERENCES call (id),
  leg_id bigint NOT NULL REFERENCES call_leg (id),     -- the supervisor's telephone
  supervisor_id bigint NOT NULL REFERENCES user_account (id),
  agent_id bigint REFERENCES user_account (id),        -- who talked with the customer then
  coached_leg_id bigint REFERENCES call_leg (id),      -- the one telephone that hears a whisper
  mode text NOT NULL CONSTRAINT call_supervision_mode_is_known CHECK (mode IN ('listen', 'whisper', 'barge')),
  is_told boolean NOT NULL,                            -- whether the agent is told
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT call_supervision_whispers_to_somebody CHECK ((mode = 'whisper') = (coached_leg_id IS NOT NULL))
);
CREATE UNIQUE INDEX call_supervision_one_open_per_leg ON call_supervision (leg_id) WHERE ended_at IS NULL;
CREATE INDEX call_supervision_of_call ON call_supervision (call_id, id);

-- Who is consulted, or whose telephone rings for it, reads the ticket as one does whom it is offered to.
CREATE OR REPLACE FUNCTION viewer(user_id bigint, OUT is_admin boolean, OUT teams bigint[], OUT hidden bigint[], OUT contacts bigint[])
LANGUAGE sql STABLE
RETURN (SELECT ROW(
  u.role = 'admin',
  ARRAY(SELECT m.team_id FROM team_member m WHERE m.user_id = u.id),
  ARRAY(SELECT r.id FROM team r WHERE r.restricted AND NOT EXISTS
    (SELECT FROM team_member m WHERE m.team_id = r.id AND m.user_id = u.id)),
  ARRAY(SELECT t.contact_id FROM ticket t WHERE t.agent_id = u.id
        UNION SELECT t.contact_id FROM offer o JOIN ticket t ON t.id = o.ticket_id
        WHERE o.agent_id = u.id AND o.state = 'pending'
        UNION SELECT t.contact_id FROM call_transfer x JOIN ticket t ON t.id = x.ticket_id
        WHERE x.agent_id = u.id AND x.ended_at IS NULL))
  FROM user_account u WHERE u.id = viewer.user_id);

-- What was dialled outside (OUTBOUND) -----------------------------------------------------------------

-- Each telephone outside that we called, or were about to, and whose wish it was; NULL for a promise of the house's. Counted
-- by the guard against toll fraud, read by who looks into it.
CREATE TABLE call_dialling (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id bigint NOT NULL REFERENCES call (id),
  user_id bigint REFERENCES user_account (id),
  address text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX call_dialling_by_time ON call_dialling (at);
CREATE INDEX call_dialling_of_user ON call_dialling (user_id, at) WHERE user_id IS NOT NULL;
