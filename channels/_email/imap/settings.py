"""The settings of mailboxes, and what each of them may be."""

from datetime import date
from typing import Final
from urllib.parse import urlsplit

from channels import _setting_checks
from channels._base import Setting
from channels._failures import BadOption
from channels._listed import listed

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

_LONGEST: Final = 255
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _day(value: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise BadOption("It must be a day, such as 2026-11-22.") from None


def _mailboxes(value: str) -> None:
    _setting_checks.one_line(value)
    names = listed(value)
    if not names or any(len(one) > _LONGEST for one in names):
        raise BadOption("It must name mailboxes, separated by commas.")
    if len(set(names)) < len(names):
        raise BadOption("It names a mailbox twice.")


def _after_reading(value: str) -> None:
    _setting_checks.one_line(value)
    kind, _, mailbox = value.partition(":")
    if value not in {"leave", "seen"} and not (kind == "move" and mailbox.strip()):
        raise BadOption("It must be leave, seen, or move:<mailbox>.")


def _token_url(value: str) -> None:
    _setting_checks.url(value)
    parts = urlsplit(value)
    if parts.scheme != "https" and parts.hostname not in _HERE:
        raise BadOption("It must begin with https://, since a secret is sent there.")


SETTINGS: Final = (
    Setting(
        key=HOST,
        help="Mail server whose mailbox is read over IMAP.",
        required=False,
        example="imap.example.com",
        check=_setting_checks.host,
    ),
    Setting(
        key=PORT,
        help="Its port; without one 993 for tls, else 143.",
        required=False,
        example="993",
        check=_setting_checks.port,
    ),
    Setting(
        key=SECURITY,
        help="How the connection is protected: tls, starttls, or plain for one that is not.",
        required=False,
        default="tls",
        example="tls",
        check=_setting_checks.one_of("tls", "starttls", "plain"),
    ),
    Setting(
        key=USERNAME,
        help="Who signs in there.",
        required=False,
        example="support@example.com",
        check=_setting_checks.one_line,
    ),
    Setting(
        key=PASSWORD,
        help="The password, if there is no oauth_url.",
        secret=True,
        required=False,
        example="the-password",
        check=_setting_checks.one_line,
    ),
    Setting(
        key=MAILBOX,
        help="Mailboxes of that account to read.",
        required=False,
        many=True,
        default="INBOX",
        example="INBOX",
        check=_mailboxes,
    ),
    Setting(
        key=SINCE,
        help="Day before which mails are left alone, for a mailbox that was used before.",
        required=False,
        example="2026-11-22",
        check=_day,
    ),
    Setting(
        key=AFTER_READING,
        help="What becomes of a mail that is stored: leave, seen, or move:<mailbox>.",
        required=False,
        default="leave",
        example="move:Archive",
        check=_after_reading,
    ),
    Setting(
        key=OAUTH_URL,
        help="Where access tokens for the mailbox are asked for (XOAUTH2), in place of a password.",
        required=False,
        example="https://oauth2.googleapis.com/token",
        check=_token_url,
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
_CHECKS: Final = {one.key: one.check for one in SETTINGS}


def check(key: str, value: str) -> None:
    """Whether one of these settings may be this; raises ``BadOption``, which names it."""
    try:
        (_CHECKS[key] or _setting_checks.one_line)(value)
    except BadOption as error:
        raise BadOption(f"{key}: {error}") from None
