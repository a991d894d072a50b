-- name: writers
-- Who holds the feed back: running and prepared transactions that write, in any database, oldest first.
-- Those of other roles are named only to a role that may read all statistics.
SELECT w.pid, w.name, w.database, w.age_s
FROM (
  SELECT pid, coalesce(application_name, '') AS name, coalesce(datname, '')::text AS database,
         extract(epoch FROM clock_timestamp() - xact_start)::float8 AS age_s
  FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
  UNION ALL
  SELECT NULL, gid, database::text, extract(epoch FROM clock_timestamp() - prepared)::float8
  FROM pg_prepared_xacts) AS w
ORDER BY w.age_s DESC NULLS LAST LIMIT 5
