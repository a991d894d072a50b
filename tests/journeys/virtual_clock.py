"""A database whose clock is moved by hand: what the application asks of it tells that time."""

from datetime import datetime

import asyncpg

#: Looked up before PostgreSQL's own by whoever connects from then on.
_CLOCK = """
CREATE SCHEMA virtual;
CREATE TABLE virtual.instant (at timestamptz NOT NULL);
CREATE FUNCTION virtual.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
  RETURN (SELECT at FROM virtual.instant);
CREATE FUNCTION virtual.now() RETURNS timestamptz LANGUAGE sql STABLE
  RETURN (SELECT at FROM virtual.instant);
CREATE FUNCTION virtual.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
  RETURN (SELECT at FROM virtual.instant);
GRANT USAGE ON SCHEMA virtual TO PUBLIC;
GRANT SELECT ON virtual.instant TO PUBLIC;
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET search_path = virtual, pg_catalog, public', current_database());
END $$;
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT d.adrelid::regclass AS place, a.attname AS name
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE pg_get_expr(d.adbin, d.adrelid) IN ('now()', 'clock_timestamp()')
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT virtual.now()', it.place, it.name);
  END LOOP;
END $$;
"""


class VirtualClock:
    """The clock of one database, set on a connection of its own."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn

    @classmethod
    async def opened(cls, dsn: str, start: datetime) -> "VirtualClock":
        """Give a database such a clock, before anybody uses it."""
        conn = await asyncpg.connect(dsn)
        await conn.execute(_CLOCK)
        await conn.execute("INSERT INTO virtual.instant VALUES ($1)", start)
        return cls(conn)

    async def set(self, at: datetime) -> None:
        """It is this time now."""
        await self._conn.execute("UPDATE virtual.instant SET at = $1", at)

    async def close(self) -> None:
        await self._conn.close()
