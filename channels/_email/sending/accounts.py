"""Over which mail server an entry point sends, and how its mails look.

An entry point's own mail server replaces the one of the settings altogether: with its host, the
name and password of the settings are not used, and they are never given to a host of its own.
"""

from collections.abc import Mapping
from typing import Final, cast, get_args

from msgspec import Struct

from channels import _setting_checks as checks
from channels._base import Env, Setting
from channels._email.receiving import NAME
from channels._email.security import Security
from channels._failures import Unavailable
from channels._own_settings import OwnSettings

HOST: Final = "smtp_host"
SETTINGS: Final = (
    Setting(
        key=HOST,
        help="Mail server that takes what we send.",
        example="smtp.example.com",
        check=checks.host,
    ),
    Setting(
        key="smtp_port",
        help="Its port, if not 465 (tls), 587 (starttls) or 25 (plain).",
        required=False,
        example="2525",
        check=checks.port,
    ),
    Setting(
        key="smtp_security",
        help="How to talk with it: tls from the first byte, starttls, or plain within one machine.",
        required=False,
        default="starttls",
        example="tls",
        check=checks.one_of(*get_args(Security)),
    ),
    Setting(
        key="smtp_username",
        help="Name to sign in with there; none where the mail server knows us by our address.",
        required=False,
        example="support@example.com",
    ),
    Setting(
        key="smtp_password",
        help="Password to that name.",
        secret=True,
        required=False,
        example="a-password",
    ),
    Setting(
        key="smtp_ca_file",
        help="File of certificates to trust at mail servers, beside the system's.",
        required=False,
        own=False,
        example="/etc/ssl/our-own-ca.pem",
    ),
    Setting(
        key="mail_from_name",
        help="Name beside our address in what we send.",
        required=False,
        example="Example Support",
    ),
    Setting(
        key="mail_signature",
        help="Lines below each mail we send.",
        required=False,
        example="Example Ltd., Tehran",
        check=checks.text,
    ),
    Setting(
        key="mail_reply_path",
        help="plus where our mail server delivers support+anything@ to support@, else plain.",
        required=False,
        default="plus",
        example="plain",
        check=checks.one_of("plus", "plain"),
    ),
    Setting(
        key="dkim_selector",
        help="Selector of the DKIM key to sign with, if the mail server does not.",
        required=False,
        example="desk2026",
        check=checks.domain,
    ),
    Setting(
        key="dkim_domain",
        help="Domain the DKIM key is published at, if not that of the address.",
        required=False,
        example="example.com",
        check=checks.domain,
    ),
    Setting(
        key="dkim_secret_key",
        help="The key itself as PEM; its line breaks may be written as \\n.",
        secret=True,
        required=False,
        example="-----BEGIN PRIVATE KEY-----",
    ),
)

_PORTS: Final[Mapping[Security, int]] = {"tls": 465, "starttls": 587, "plain": 25}


class MailServer(Struct, frozen=True, kw_only=True):
    """Where mails are handed over, and as whom."""

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = ""

    @property
    def name(self) -> str:
        """What may be shown of it."""
        who = f"{self.username}@" if self.username else ""
        return f"{who}{self.host}:{self.port}"


class DkimKey(Struct, frozen=True, kw_only=True):
    """A key to sign with; ``pem`` is its private half."""

    selector: str
    domain: str
    pem: str


class Look(Struct, frozen=True, kw_only=True):
    """What mails of an entry point have in common."""

    from_name: str = ""
    signature: str = ""
    has_plus: bool = True
    dkim: DkimKey | None = None


class Accounts:
    """Answers from memory, at each mail anew: what administrators change holds at once."""

    def __init__(self, env: Env) -> None:
        self._own: OwnSettings = env.own
        self._settings = env.settings

    @property
    def missing(self) -> tuple[str, ...]:
        """Nothing where the settings, or a single entry point, name a mail server."""
        is_there = self._settings.get(HOST) or any(
            self._own.of(NAME, address).get(HOST) for address in self._own.addresses(NAME)
        )
        return () if is_there else (f"CONTACTCENTER_{HOST.upper()}",)

    def server(self, entry_point: str) -> MailServer:
        """The mail server of an entry point; raises ``Unavailable`` where there is none."""
        own = self._own.of(NAME, entry_point)
        named = own if own.get(HOST) else self._settings
        if not named.get(HOST):
            raise Unavailable(
                f"{entry_point} has no mail server to send over: set CONTACTCENTER_{HOST.upper()},"
                f" or its option {HOST}."
            )
        security = cast("Security", named.get("smtp_security") or "starttls")
        if security not in _PORTS:
            raise Unavailable(f"smtp_security of {entry_point} is none of {', '.join(_PORTS)}.")
        return MailServer(
            host=named[HOST],
            port=int(named.get("smtp_port") or _PORTS[security]),
            security=security,
            username=named.get("smtp_username", ""),
            password=named.get("smtp_password", ""),
        )

    def look(self, entry_point: str) -> Look:
        """How mails of an entry point look."""
        own = self._own.of(NAME, entry_point)
        return Look(
            from_name=self._value(own, "mail_from_name"),
            signature=self._value(own, "mail_signature"),
            has_plus=self._value(own, "mail_reply_path") != "plain",
            dkim=_dkim_key(own if own.get("dkim_selector") else self._settings, entry_point),
        )

    def _value(self, own: Mapping[str, str], key: str) -> str:
        return own.get(key) or self._settings.get(key) or ""


def _dkim_key(named: Mapping[str, str], entry_point: str) -> DkimKey | None:
    if not named.get("dkim_selector"):
        return None
    return DkimKey(
        selector=named["dkim_selector"],
        domain=named.get("dkim_domain") or entry_point.rpartition("@")[2],
        pem=named.get("dkim_secret_key", "").replace("\\n", "\n"),
    )
