-- migrate:up

-- An account that a provider refuses: nothing goes out in its name but now and then one message.
-- `account` is what the channel calls it; entry points may have accounts of their own. It replaces
-- channel_stop, which is left to processes of the version before.
CREATE TABLE account_stop (
  channel text NOT NULL,
  account text NOT NULL,
  code text,
  stopped_at timestamptz NOT NULL,
  probe_at timestamptz NOT NULL,
  probes int NOT NULL DEFAULT 0,
  PRIMARY KEY (channel, account)
);

-- Where nothing waited when the table was last analysed, the planner takes any index over what is queued
-- for as good as another, and reads a backlog from end to end. So each of these is for one statement,
-- which says `< 'infinity'`: no other can be given it.
DROP INDEX outbox_by_age;
CREATE INDEX outbox_by_age ON outbox (created_at) WHERE state = 'queued' AND created_at < 'infinity';
DROP INDEX outbox_to_do;
CREATE INDEX outbox_to_do ON outbox (next_at, id) WHERE state = 'queued' AND next_at < 'infinity';
