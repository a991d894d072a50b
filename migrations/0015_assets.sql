-- migrate:up
-- The machines and contracts people have, known by their service tags.
SELECT;
