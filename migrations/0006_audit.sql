-- migrate:up

-- What happened to one person, and what concerned one agent, for the audit. Without these such a
-- question reads all events: half a second for a million of them, and more with each month.
CREATE INDEX event_of_contact ON event (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX event_about_agent ON event (agent_id, id) WHERE agent_id IS NOT NULL;
