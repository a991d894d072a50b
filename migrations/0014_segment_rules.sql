-- migrate:up
-- Segments that are rules, and what follows from belonging to one.
SELECT;
