"""What can go wrong with the embedded PostgreSQL, each with what to do about it.

EmbeddedPostgresFailed
├── NoBinaries         no usable PostgreSQL programs on this machine
├── DataDirUnusable    the folder cannot be used by this account
├── OtherVersion       the data belong to another major version of PostgreSQL
├── DidNotStart        the server ended or stayed silent; carries the end of its log
└── Busy               another process held the start lock for too long
"""

EXTERNAL_SERVER = "Or use a server of your own: set CONTACTCENTER_DATABASE_URL."


class EmbeddedPostgresFailed(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} {EXTERNAL_SERVER}")


class NoBinaries(EmbeddedPostgresFailed):
    """No usable PostgreSQL programs were found."""


class DataDirUnusable(EmbeddedPostgresFailed):
    """The data folder cannot be used by this account."""


class OtherVersion(EmbeddedPostgresFailed):
    """The data were written by another major version of PostgreSQL."""


class DidNotStart(EmbeddedPostgresFailed):
    """The server ended before it answered, or did not answer in time."""


class Busy(EmbeddedPostgresFailed):
    """Another process is starting or stopping this server and does not finish."""
