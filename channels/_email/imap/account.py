"""Which mailboxes are read for which of our addresses: by the settings, or by an address's own."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from channels._base import Env
from channels._email.imap import settings
from channels._email.receiving import NAME
from channels._email.security import Security
from channels._failures import BadOption, Unavailable
from channels._listed import listed

_PORT: Final[Mapping[Security, int]] = {"tls": 993, "starttls": 143, "plain": 143}
_SECURITY: Final[Mapping[str, Security]] = {one: one for one in _PORT}


class OAuth(Struct, frozen=True, kw_only=True):
    """How an access token is got; the client asks for itself where it has no ``refresh_token``."""

    url: str
    client_id: str
    client_secret: str
    refresh_token: str
    scope: str


class Account(Struct, frozen=True, kw_only=True):
    """An account at a mail server and what of it is read. Equal ones are read once."""

    host: str
    port: int
    security: Security
    username: str
    password: str
    mailboxes: tuple[str, ...]
    since: date | None
    after_reading: str
    oauth: OAuth | None

    @property
    def name(self) -> str:
        """The account as an address without a secret.

        Source: https://www.rfc-editor.org/rfc/rfc5092
        """
        return f"imap://{quote(self.username, safe='')}@{self.host}"

    def named(self, mailbox: str) -> str:
        """One of its mailboxes as an address."""
        return f"{self.name}/{quote(mailbox)}"

    @property
    def is_left_alone(self) -> bool:
        """Whether nothing becomes of a mail that was read."""
        return self.after_reading == "leave"

    @property
    def moves_to(self) -> str | None:
        """The mailbox that mails are moved to."""
        kind, _, mailbox = self.after_reading.partition(":")
        return mailbox.strip() if kind == "move" else None


class Shared(Struct, frozen=True, kw_only=True):
    """An account and the addresses its mails are for; the first has those for none of them."""

    account: Account
    entry_points: tuple[str, ...]


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be read, and which addresses' settings cannot be used, with a sentence why."""

    accounts: Sequence[Shared]
    unusable: Mapping[str, str]


def wanted(env: Env) -> Wanted:
    """What is to be read now.

    An address with an account of its own takes nothing of the settings', so that nobody's password
    is ever shown to somebody else's server. Those without share the one of the settings.
    """
    sharing: dict[Account, list[str]] = {}
    unusable: dict[str, str] = {}
    for entry_point in env.own.addresses(NAME):
        try:
            account = _of(env, entry_point)
        except (BadOption, Unavailable) as error:
            unusable[entry_point] = str(error)
        else:
            if account is not None:
                sharing.setdefault(account, []).append(entry_point)
    shared = [Shared(account=one, entry_points=tuple(of)) for one, of in sharing.items()]
    return Wanted(accounts=shared, unusable=unusable)


def _of(env: Env, entry_point: str) -> Account | None:
    own = env.own.of(NAME, entry_point)
    if settings.KEYS & own.keys():
        return read(own)
    return read(env.settings) if settings.TELLING & env.settings.keys() else None


def read(values: Mapping[str, str]) -> Account:
    """The account that settings describe; raises ``BadOption`` where they describe none."""
    given = {key: values[key].strip() for key in settings.KEYS if values.get(key, "").strip()}
    for key, value in given.items():
        settings.check(key, value)
    oauth = _oauth(given)
    lacking = [key for key in (settings.HOST, settings.USERNAME) if key not in given]
    if oauth is None and settings.PASSWORD not in given:
        lacking.append(settings.PASSWORD)
    if lacking:
        raise BadOption(f"Reading a mailbox needs {' and '.join(lacking)} as well.")
    security = _SECURITY[given.get(settings.SECURITY, "tls")]
    return Account(
        host=given[settings.HOST].lower(),
        port=int(given.get(settings.PORT, _PORT[security])),
        security=security,
        username=given[settings.USERNAME],
        password="" if oauth else given[settings.PASSWORD],
        mailboxes=listed(given.get(settings.MAILBOX, "INBOX")),
        since=date.fromisoformat(given[settings.SINCE]) if settings.SINCE in given else None,
        after_reading=given.get(settings.AFTER_READING, "leave"),
        oauth=oauth,
    )


def _oauth(given: Mapping[str, str]) -> OAuth | None:
    if settings.OAUTH_URL not in given:
        return None
    lacking = [] if settings.OAUTH_CLIENT_ID in given else [settings.OAUTH_CLIENT_ID]
    if not {settings.OAUTH_REFRESH_TOKEN, settings.OAUTH_CLIENT_SECRET} & given.keys():
        lacking.append(f"{settings.OAUTH_REFRESH_TOKEN} or {settings.OAUTH_CLIENT_SECRET}")
    if lacking:
        raise BadOption(f"{settings.OAUTH_URL} needs {' and '.join(lacking)} as well.")
    return OAuth(
        url=given[settings.OAUTH_URL],
        client_id=given[settings.OAUTH_CLIENT_ID],
        client_secret=given.get(settings.OAUTH_CLIENT_SECRET, ""),
        refresh_token=given.get(settings.OAUTH_REFRESH_TOKEN, ""),
        scope=given.get(settings.OAUTH_SCOPE, ""),
    )
