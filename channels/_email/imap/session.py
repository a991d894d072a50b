"""A connection with a mail server over IMAP. Every call here blocks the thread it is made in.

A ``Session`` is used by one thread at a time; ``abandon`` may be called by any other, and ends
whatever that one waits for.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final, TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError
from msgspec import Struct

from channels._email.imap import failures
from channels._email.imap.account import Account
from channels._email.imap.failures import NotAnswered

#: As many mails are listed at once: the answer is one line, and imaplib reads none over 1 MB.
MOST_LISTED: Final = 50_000
#: A connection that is silent for so many seconds is tried, so often, before it counts as dead.
_ALIVE: Final = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}
_HEAD_BYTES: Final = 65_536

Result = TypeVar("Result")


class Selected(Struct, frozen=True, kw_only=True):
    """A mailbox that was opened. Mails' numbers mean something under one ``uid_validity`` only.

    Source: https://www.rfc-editor.org/rfc/rfc9051#section-2.3.1.1
    """

    uid_validity: int
    exists: int


class Found(Struct, frozen=True, kw_only=True):
    """Mails that are there, in order; up to ``upto`` there are no others."""

    uids: Sequence[int]
    upto: int


class Body(Struct, frozen=True, kw_only=True):
    """A mail's bytes as they lie there, and when it came there if the server tells."""

    raw: bytes
    received_at: datetime | None


class Session:
    """One connection; use it by ``run``. Raises ``ServerFailed``, or ``NotAnswered`` for a NO."""

    def __init__(self, account: Account, *, connect_s: float, silence_s: float) -> None:
        self._account = account
        self._within = SocketTimeout(connect=connect_s, read=silence_s)
        self._found: IMAPClient | None = None
        self._turn = threading.Lock()
        self._is_busy = False
        self._is_abandoned = False

    def run(self, work: Callable[[], Result]) -> Result:
        """Do something with the connection, and let go of it if it was abandoned meanwhile."""
        with self._turn:
            if self._is_abandoned:
                raise failures.ServerFailed("The connection was closed.")
            self._is_busy = True
        try:
            return work()
        except (NotAnswered, failures.ServerFailed):
            raise
        except (OSError, ValueError, IMAPClientError) as error:
            raise failures.told(self._account, error) from error
        finally:
            self._done()

    def _done(self) -> None:
        with self._turn:
            self._is_busy = False
            if self._is_abandoned:
                self._let_go()

    def abandon(self) -> None:
        """End the connection, whatever it does; safe in any thread, and more than once."""
        with self._turn:
            self._is_abandoned = True
            if self._found is not None:
                with suppress(OSError):  # below TLS, which must not be torn down while it reads
                    socket.socket.shutdown(self._found.socket(), socket.SHUT_RDWR)
            if not self._is_busy:
                self._let_go()

    def _let_go(self) -> None:
        found, self._found = self._found, None
        if found is not None:
            with suppress(OSError, ValueError, IMAPClientError):
                found.shutdown()

    @property
    def socket(self) -> socket.socket:
        """To wait for news at."""
        found: socket.socket = self._client.socket()
        return found

    @property
    def _client(self) -> IMAPClient:
        assert self._found is not None, "it was opened"
        return self._found

    def open(self, access_token: str | None) -> None:
        """Connect and sign in."""
        account = self._account
        with_tls = account.security == "tls"
        context = ssl.create_default_context()
        client = IMAPClient(
            account.host,
            account.port,
            ssl=with_tls,
            ssl_context=context if with_tls else None,
            timeout=self._within,  # type: ignore[arg-type]  # typed too narrowly there
        )
        with self._turn:
            self._found = client  # if it was abandoned meanwhile, it ends with the next word
        client._imap.debug = 0  # noqa: SLF001  it would write every line into a log nobody reads
        client.normalise_times = False
        _keep_alive(client.socket())
        if account.security == "starttls":
            client.starttls(context)
        self._sign_in(access_token)

    def _sign_in(self, access_token: str | None) -> None:
        account, client = self._account, self._client
        if access_token is not None:
            client.sasl_login("XOAUTH2", _Bearer(account.username, access_token))
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(account.username, account.password)
        elif client.has_capability("LOGINDISABLED"):
            raise LoginError(f"No password is taken with imap_security {account.security}.")
        else:
            client.login(account.username, account.password)

    def select(self, mailbox: str) -> Selected:
        """Open a mailbox, to read only where nothing is to become of its mails."""
        try:
            told = self._client.select_folder(mailbox, readonly=self._account.is_left_alone)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise failures.no_mailbox(self._account, mailbox, error) from error
        return Selected(uid_validity=int(told[b"UIDVALIDITY"]), exists=int(told[b"EXISTS"]))

    def after(self, last_uid: int, exists: int) -> Found:
        """The next mails after one, as many as are listed at once; none if there are no more."""
        self._client._imap.untagged_responses.pop("EXISTS", None)  # noqa: SLF001  see _is_told
        if exists <= MOST_LISTED:
            found = self._search(last_uid + 1, "*")
            uids = [uid for uid in found if uid > last_uid]  # `*` is the last one, even if lower
            return Found(uids=uids, upto=uids[-1] if uids else last_uid)
        top = max(self._client.search(["UID", "*"]), default=last_uid)
        at, width = last_uid, MOST_LISTED // 10
        while at < top:
            upto = min(at + width, top)
            uids = self._search(at + 1, str(upto))
            if uids:
                return Found(uids=uids, upto=upto)
            at, width = upto, min(width * 2, MOST_LISTED)
        return Found(uids=(), upto=max(at, last_uid))

    def _search(self, first: int, last: str) -> list[int]:
        since = self._account.since
        asked: list[object] = ["UID", f"{first}:{last}"]
        return sorted(self._client.search(["SINCE", since, *asked] if since else asked))

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        """How large mails are, as the server says, which may err; without those that are gone."""
        told = self._fetch(uids, "RFC822.SIZE")
        return {uid: int(of[b"RFC822.SIZE"]) for uid, of in told.items() if b"RFC822.SIZE" in of}

    def bodies(self, uids: Sequence[int], *, most_bytes: int) -> Mapping[int, Body]:
        """Mails, not more of each than so many bytes; without those that are gone."""
        told = self._fetch(uids, "INTERNALDATE", f"BODY.PEEK[]<0.{most_bytes}>")
        return {uid: _body(of) for uid, of in told.items() if of.get(b"BODY[]<0>") is not None}

    def bare(self, uid: int, *, most_bytes: int) -> Body | None:
        """One mail, without what a server may get wrong beside it."""
        of = self._fetch([uid], f"BODY.PEEK[]<0.{most_bytes}>").get(uid, {})
        return _body(of) if of.get(b"BODY[]<0>") is not None else None

    def head(self, uid: int) -> bytes:
        """The beginning of a mail: who wrote it, and of what."""
        return self.bodies([uid], most_bytes=_HEAD_BYTES)[uid].raw

    def is_there(self, uid: int) -> bool:
        """Whether a mail is still there."""
        return uid in self._client.search(["UID", str(uid)])

    def _fetch(self, uids: Sequence[int], *asked: str) -> Mapping[int, Mapping[bytes, Any]]:
        with _said_no():
            told: Mapping[int, Mapping[bytes, Any]] = self._client.fetch(list(uids), list(asked))
        return told

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Let people see that mails were read."""
        with _said_no():
            self._client.add_flags(list(uids), [b"\\Seen"], silent=True)

    def move(self, uids: Sequence[int], mailbox: str) -> None:
        """Move mails; where the server cannot, copy them and take away the old ones."""
        client = self._client
        with _said_no():
            if client.has_capability("MOVE"):
                client.move(list(uids), mailbox)
                return
            client.copy(list(uids), mailbox)
            client.add_flags(list(uids), [b"\\Deleted"], silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(list(uids))

    @property
    def can_idle(self) -> bool:
        """Whether the server tells of new mails by itself.

        Source: https://www.rfc-editor.org/rfc/rfc2177
        """
        return bool(self._client.has_capability("IDLE"))

    def start_idling(self) -> bool:
        """Have the server tell of news; whether it has done so already."""
        imap = self._client._imap  # noqa: SLF001  ``idle`` takes no news before the server is ready
        tag = self._client._idle_tag = imap._command("IDLE")  # noqa: SLF001
        while imap._get_response() is not None:  # noqa: SLF001
            if imap.tagged_commands[tag]:
                raise NotAnswered(f"IDLE: {imap.tagged_commands.pop(tag)}")
        return self._is_told() or self._has_more()

    def _is_told(self) -> bool:
        """Whether it told with any answer since mails were looked for: it does not tell twice."""
        return "EXISTS" in self._client._imap.untagged_responses  # noqa: SLF001

    def _has_more(self) -> bool:
        """Whether something came with the last answer: that never shows at the socket again."""
        at = self._client.socket()
        at.settimeout(0)
        try:
            return bool(self._client._imap.file.peek(1))  # noqa: SLF001
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            at.settimeout(self._within.read)

    def stop_idling(self) -> None:
        """Speak with the server again; it must answer."""
        self._client.idle_done()

    def noop(self) -> None:
        """Hear that the server is there."""
        self._client.noop()


class _Bearer:
    """XOAUTH2: the token, and nothing to what the server says of one it does not take.

    Source: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
    """

    def __init__(self, username: str, access_token: str) -> None:
        self._answers = [f"user={username}\x01auth=Bearer {access_token}\x01\x01".encode()]

    def __call__(self, _challenge: bytes) -> bytes:
        return self._answers.pop() if self._answers else b""


@contextmanager
def _said_no() -> Iterator[None]:
    """A NO, or an answer that makes no sense: the connection stands all the same."""
    try:
        yield
    except IMAPClientAbortError:
        raise
    except (IMAPClientError, ValueError) as error:
        raise NotAnswered(str(error)) from error


def _body(told: Mapping[bytes, Any]) -> Body:
    at = told.get(b"INTERNALDATE")
    is_known = isinstance(at, datetime) and at.tzinfo is not None
    return Body(raw=told[b"BODY[]<0>"], received_at=at if is_known else None)


def _keep_alive(at: socket.socket) -> None:
    at.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _ALIVE.items():
        if hasattr(socket, name):  # not every system has them
            at.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
