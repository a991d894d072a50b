"""The certificate with which mails are taken; a renewed one is used without a restart."""

import ssl
from pathlib import Path

import structlog

log = structlog.get_logger()


class Certificate:
    """A certificate and its key, as files; the files are looked at whenever somebody asks."""

    def __init__(self, chain: Path, key: Path) -> None:
        self._chain = chain
        self._key = key
        self._read: tuple[tuple[int, int], ssl.SSLContext] | None = None

    def context(self) -> ssl.SSLContext:
        """What to encrypt with; raises ``OSError`` where there was never a usable one.

        While a new one is only half written, the old one stays.
        """
        try:
            written = (self._chain.stat().st_mtime_ns, self._key.stat().st_mtime_ns)
            if self._read is None or self._read[0] != written:
                made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                made.load_cert_chain(self._chain, self._key)
                self._read = (written, made)
        except OSError as error:  # an error of TLS is one of these, too
            if self._read is None:
                raise
            log.error("mail_certificate_not_read", error=type(error).__name__)  # noqa: TRY400
        return self._read[1]
