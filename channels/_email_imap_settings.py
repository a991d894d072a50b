"""The settings of mailboxes, and what each of them may be."""

import re
from datetime import date
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from channels._base import Setting
from channels._failures import BadOption

Security = Literal["tls", "starttls", "plain"]

HOST: Final = "imap_host"
PORT: Final = "imap_port"
SECURITY: Final = "imap_security"
USERNAME: Final = "imap_username"
PASSWORD: Final = "imap_password"  # noqa: S105  a name
MAILBOX: Final = "imap_mailbox"
SINCE: Final = "imap_since"
AFTER_READING: Final = "imap_after_reading"
OAUTH_URL: Final = "oauth_url"
OAUTH_CLIENT_ID: Final = "oauth_client_id"
OAUTH_CLIENT_SECRET: Final = "oauth_client_secret"  # noqa: S105  a name
OAUTH_REFRESH_TOKEN: Final = "oauth_refresh_token"  # noqa: S105  a name
OAUTH_SCOPE: Final = "oauth_scope"

SETTINGS: Final = (
    Setting(
        key=HOST,
        help="Mail server whose mailbox is read over IMAP.",
        required=False,
        example="imap.example.com",
    ),
    Setting(
        key=PORT,
        help="Its port; without one 993 for tls, else 143.",
        required=False,
        example="993",
    ),
    Setting(
        key=SECURITY,
        help="How the connection is protected: tls, starttls, or plain for one that is not.",
        required=False,
        default="tls",
        example="tls",
    ),
    Setting(
        key=USERNAME,
        help="Who signs in there.",
        required=False,
        example="support@example.com",
    ),
    Setting(
        key=PASSWORD,
        help="The password, if there is no oauth_url.",
        secret=True,
        required=False,
        example="the-password",
    ),
    Setting(
        key=MAILBOX,
        help="Mailboxes of that account to read.",
        required=False,
        many=True,
        default="INBOX",
        example="INBOX",
    ),
    Setting(
        key=SINCE,
        help="Day before which mails are left alone, for a mailbox that was used before.",
        required=False,
        example="2026-11-22",
    ),
    Setting(
        key=AFTER_READING,
        help="What becomes of a mail that is stored: leave, seen, or move:<mailbox>.",
        required=False,
        default="leave",
        example="move:Archive",
    ),
    Setting(
        key=OAUTH_URL,
        help="Where access tokens for the mailbox are asked for (XOAUTH2), in place of a password.",
        required=False,
        example="https://oauth2.googleapis.com/token",
    ),
    Setting(
        key=OAUTH_CLIENT_ID,
        help="Whom the token server knows us as.",
        required=False,
        example="1234.apps.example.com",
    ),
    Setting(
        key=OAUTH_CLIENT_SECRET,
        help="The secret that goes with it.",
        secret=True,
        required=False,
        example="the-client-secret",
    ),
    Setting(
        key=OAUTH_REFRESH_TOKEN,
        help="What access tokens are asked for with; without one the client itself asks.",
        secret=True,
        required=False,
        example="the-refresh-token",
    ),
    Setting(
        key=OAUTH_SCOPE,
        help="What the access token is to be good for, where the token server wants to be told.",
        required=False,
        example="https://outlook.office365.com/.default",
    ),
)
#: What belongs to an account, all of it or nothing.
KEYS: Final = frozenset(one.key for one in SETTINGS)
#: What has no default: without any of these there is no account.
TELLING: Final = KEYS - {PORT, SECURITY, MAILBOX, SINCE, AFTER_READING}

_HOST: Final = re.compile(r"[A-Za-z0-9.:_-]{1,253}\Z")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST: Final = 255
_LAST_PORT: Final = 65_535
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def check(key: str, value: str) -> None:
    """Whether a setting of a mailbox may be this; raises ``BadOption``. Other keys are let pass."""
    if key not in KEYS:
        return
    if _CONTROL.search(value):
        raise BadOption(f"{key} must be one line without control characters.")
    problem = _PROBLEMS[key](value.strip()) if key in _PROBLEMS else None
    if problem is not None:
        raise BadOption(f"{key} {problem}.")


def listed(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _bad_host(value: str) -> str | None:
    return None if _HOST.match(value) else "must be the name or address of a host"


def _bad_port(value: str) -> str | None:
    is_port = value.isascii() and value.isdigit() and 0 < int(value) <= _LAST_PORT
    return None if is_port else f"must be a number from 1 to {_LAST_PORT}"


def _bad_security(value: str) -> str | None:
    known = get_args(Security)
    return None if value in known else f"must be one of {', '.join(known)}"


def _bad_day(value: str) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "must be a day such as 2026-11-22"
    return None


def _bad_mailboxes(value: str) -> str | None:
    names = listed(value)
    if not names or any(len(one) > _LONGEST for one in names):
        return "must name one mailbox or more, separated by commas"
    return None if len(set(names)) == len(names) else "names a mailbox twice"


def _bad_after_reading(value: str) -> str | None:
    kind, colon, mailbox = value.partition(":")
    if value in ("leave", "seen") or (kind == "move" and colon and mailbox.strip()):
        return None
    return "must be leave, seen, or move:<mailbox>"


def _bad_url(value: str) -> str | None:
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    return None if is_safe and parts.hostname else "must be an https address"


_PROBLEMS: Final = {
    HOST: _bad_host,
    PORT: _bad_port,
    SECURITY: _bad_security,
    SINCE: _bad_day,
    MAILBOX: _bad_mailboxes,
    AFTER_READING: _bad_after_reading,
    OAUTH_URL: _bad_url,
}
