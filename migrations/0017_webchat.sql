-- migrate:up
-- Web chat: visitors of our customers' sites, what each of them was told, and in which order.

-- A visitor: one browser at one of our widgets, known by a secret of which only the hash is here. There is no
-- row before the first message. `address` is the value of his identity (kind 'chat').
CREATE TABLE chat_visitor (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  token_sha256 bytea NOT NULL CONSTRAINT chat_visitor_token_is_one_visitors UNIQUE
    CONSTRAINT chat_visitor_token_is_a_sha256 CHECK (length(token_sha256) = 32),
  address text NOT NULL CONSTRAINT chat_visitor_address_is_one_visitors UNIQUE,
  language text CONSTRAINT chat_visitor_language_is_a_tag CHECK (language ~ '^[a-z]{2}$'),
  user_id text CONSTRAINT chat_visitor_user_is_not_empty CHECK (user_id <> ''), -- as the host site attested
  ticket_id bigint REFERENCES ticket (id),             -- of his last message
  last_sequence bigint NOT NULL DEFAULT 0,             -- of his chat_line
  received_sequence bigint NOT NULL DEFAULT 0,         -- what his browser has, and what he has seen
  seen_sequence bigint NOT NULL DEFAULT 0,
  read_sequence bigint NOT NULL DEFAULT 0,             -- what an agent has read
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,                        -- his last sign of life, within 10 s while he is connected
  left_at timestamptz,                                 -- his last socket was closed; NULL while one is open
  ended_at timestamptz,                                -- he ended the chat; his next message begins again
  CONSTRAINT chat_visitor_has_not_seen_what_is_not_there
    CHECK (received_sequence <= last_sequence AND seen_sequence <= received_sequence AND read_sequence <= last_sequence)
) WITH (fillfactor = 60); -- most of it changes often: within its page, and without a new entry in the indexes
CREATE INDEX chat_visitor_of_ticket ON chat_visitor (ticket_id) WHERE ticket_id IS NOT NULL;

-- What a visitor sees of his conversation, numbered without a gap: the number is counted under the lock of his row,
-- so the order is that of the commits. Texts and files are the interaction's.
CREATE TABLE chat_line (
  visitor_id bigint NOT NULL REFERENCES chat_visitor (id),
  sequence bigint NOT NULL CONSTRAINT chat_line_sequence_is_positive CHECK (sequence > 0),
  kind text NOT NULL CONSTRAINT chat_line_kind_is_known CHECK (kind IN ('message', 'ended')),
  interaction_id bigint REFERENCES interaction (id),
  client_id text,                                      -- of his own messages: what his browser calls it
  correlation_id text,                                 -- of ours: of the attempt to send it
  at timestamptz NOT NULL,
  CONSTRAINT chat_line_message_is_an_interaction CHECK ((kind = 'message') = (interaction_id IS NOT NULL)),
  PRIMARY KEY (visitor_id, sequence)
);
CREATE UNIQUE INDEX chat_line_shows_a_message_once ON chat_line (interaction_id, visitor_id)
  WHERE interaction_id IS NOT NULL;

-- Files of visitors (FILES) ----------------------------------------------------------------------

-- An attachment that a visitor uploaded; without a message until he sends it. Its `token` is the secret by which it is
-- fetched.
ALTER TABLE attachment ADD COLUMN visitor_id bigint REFERENCES chat_visitor (id);
CREATE INDEX attachment_of_visitor ON attachment (visitor_id, created_at) WHERE visitor_id IS NOT NULL;
-- For the foreign key, when the blob of an upload that nobody sent is deleted.
CREATE INDEX attachment_of_blob ON attachment (sha256) WHERE sha256 IS NOT NULL;

-- Who host sites say that visitors are (IDENTITY) --------------------------------------------------

-- Whom a person made two again, no host site makes one.
CREATE INDEX contact_merge_undone ON contact_merge (kept_id, merged_id) WHERE undone_at IS NOT NULL;

-- Endings and ratings (STANDING) -----------------------------------------------------------------
-- Who ended a chat, in the line that says so.
ALTER TABLE chat_line
  ADD COLUMN ended_by text CONSTRAINT chat_line_ending_is_known CHECK (ended_by IN ('visitor', 'agent', 'centre')),
  ADD CONSTRAINT chat_line_says_who_ended_it CHECK ((kind = 'ended') = (ended_by IS NOT NULL));

-- What a visitor thought of an episode. Whose it is follows from the legs: who solved it may be another by then.
CREATE TABLE chat_rating (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  episode int NOT NULL,
  visitor_id bigint NOT NULL REFERENCES chat_visitor (id),
  score smallint NOT NULL CONSTRAINT chat_rating_score_is_one_to_five CHECK (score BETWEEN 1 AND 5),
  comment text NOT NULL DEFAULT '',
  given_at timestamptz NOT NULL,
  CONSTRAINT chat_rating_is_given_once_an_episode UNIQUE (ticket_id, episode)
);

-- Whose an episode is: of the leg that solved it, else of the last one that had an agent; no row where none had.
CREATE FUNCTION leg_to_thank(of_ticket_id bigint, of_episode int)
RETURNS TABLE (agent_id bigint, queue_id bigint, tier smallint) LANGUAGE sql STABLE AS $$
  SELECT l.agent_id, l.queue_id, l.tier FROM leg l
  WHERE l.ticket_id = of_ticket_id AND l.episode = of_episode AND l.agent_id IS NOT NULL
  ORDER BY l.ended_by IS NOT DISTINCT FROM 'solved' DESC, l.id DESC LIMIT 1
$$;

-- How quickly a queue moves: what waited there and was taken, the last first.
CREATE INDEX leg_taken_after_a_wait ON leg (queue_id, to_at) INCLUDE (from_at)
  WHERE agent_id IS NULL AND ended_by = 'assigned' AND to_at > from_at;

-- Addresses a visitor told, and what was sent there (GONE) -----------------------------------------

-- What a visitor says of himself, as he told it: nobody has checked it. It makes nobody one person with anybody.
CREATE TABLE chat_detail (
  visitor_id bigint PRIMARY KEY REFERENCES chat_visitor (id),
  name text CONSTRAINT chat_detail_name_is_not_empty CHECK (name <> ''),
  topic text CONSTRAINT chat_detail_topic_is_not_empty CHECK (topic <> ''),
  told_at timestamptz NOT NULL
);
CREATE TABLE chat_address (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  visitor_id bigint NOT NULL REFERENCES chat_visitor (id),
  kind text NOT NULL CONSTRAINT chat_address_kind_is_known CHECK (kind IN ('email', 'phone')),
  value text NOT NULL CONSTRAINT chat_address_is_not_empty CHECK (value <> ''),
  told_at timestamptz NOT NULL,                        -- last; the newest is where he wants to be answered
  CONSTRAINT chat_address_is_kept_once UNIQUE (visitor_id, kind, value)
);

-- Nobody was there: he wants an answer at an address he told.
ALTER TABLE chat_line ADD COLUMN is_left boolean NOT NULL DEFAULT false;

-- A reply in a chat whose visitor was gone, written once more by another channel.
CREATE TABLE chat_forwarding (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id),
  forwarded_as_id bigint NOT NULL CONSTRAINT chat_forwarding_is_of_one_reply UNIQUE REFERENCES interaction (id),
  forwarded_at timestamptz NOT NULL
);

-- To which ticket it belongs what is answered, on channels without threads, to what was written about a chat.
CREATE TABLE chat_continuation (
  identity_id bigint NOT NULL REFERENCES identity (id),
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  continued_at timestamptz NOT NULL,
  PRIMARY KEY (identity_id, entry_point_id)
);

-- Conversations that were sent by mail because a visitor asked for it: counted, so that nobody is written to by it
-- who did not ask.
CREATE TABLE chat_transcript (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id),
  visitor_id bigint NOT NULL REFERENCES chat_visitor (id),
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  identity_id bigint NOT NULL REFERENCES identity (id),
  at timestamptz NOT NULL
);
CREATE INDEX chat_transcript_of_visitor ON chat_transcript (visitor_id, at);
CREATE INDEX chat_transcript_to_address ON chat_transcript (identity_id, at);
CREATE INDEX chat_transcript_from_us ON chat_transcript (entry_point_id, at);

ALTER TABLE interaction DROP CONSTRAINT interaction_kind_is_known;
ALTER TABLE interaction ADD CONSTRAINT interaction_kind_is_known
  CHECK (kind IN ('message', 'note', 'hand_over', 'automatic', 'autoresponse', 'notice', 'transcript')) NOT VALID;
ALTER TABLE interaction DROP CONSTRAINT interaction_is_written_by_someone_unless_automatic;
ALTER TABLE interaction ADD CONSTRAINT interaction_is_written_by_someone_unless_automatic
  CHECK (direction = 'inbound' OR author_id IS NOT NULL OR kind IN ('autoresponse', 'notice', 'transcript')) NOT VALID;

-- What a chat takes, and for how long it rings (AGENT) ----------------------------------------------

-- Two channels have other names now that one of them is there.
UPDATE queue SET
  auto_accept = array_replace(array_replace(auto_accept, 'voice', 'phone'), 'chat', 'webchat'),
  offer_timeouts = offer_timeouts - '{voice,chat}'::text[] || jsonb_strip_nulls(jsonb_build_object(
    'phone', coalesce(offer_timeouts -> 'phone', offer_timeouts -> 'voice'),
    'webchat', coalesce(offer_timeouts -> 'webchat', offer_timeouts -> 'chat')));
UPDATE overflow_step SET channels = array_replace(array_replace(channels, 'voice', 'phone'), 'chat', 'webchat');
UPDATE routing_setting SET value = value - '{voice,chat}'::text[] || jsonb_strip_nulls(jsonb_build_object(
    'phone', coalesce(value -> 'phone', value -> 'voice'),
    'webchat', coalesce(value -> 'webchat', value -> 'chat')))
WHERE name = 'capacity';
UPDATE routing_setting SET value = jsonb_set(value, '{window_s}', (value -> 'window_s') - '{voice,chat}'::text[] || jsonb_strip_nulls(
    jsonb_build_object(
      'phone', coalesce(value #> '{window_s,phone}', value #> '{window_s,voice}'),
      'webchat', coalesce(value #> '{window_s,webchat}', value #> '{window_s,chat}'))))
WHERE name = 'sticky' AND value ? 'window_s';
UPDATE contact SET preferred_channel = 'webchat' WHERE preferred_channel = 'chat';

-- Somebody looks at a chat until it is answered.
UPDATE queue SET offer_timeouts = '{"webchat": 45}' WHERE offer_timeouts = '{}' AND offer_timeout_s = 60;
