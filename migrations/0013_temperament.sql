-- migrate:up
-- What each message showed of its writer, and what follows for the contact.
SELECT;
