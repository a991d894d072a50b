"""An SMTP or LMTP listener for a company's own mail server: it is told 250 after the commit.

It is no mail server for the internet: it takes mails for our entry points only, from the networks
of the settings, and neither relays nor bounces. What it cannot store it answers with 451, and the
mail server tries again for days.
Source: https://www.rfc-editor.org/rfc/rfc5321, https://www.rfc-editor.org/rfc/rfc2033
"""

import functools
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from channels import _setting_checks
from channels._base import Env, Inbox, Setting, Task
from channels._email.listener.certificate import Certificate
from channels._email.listener.door import Door, Limits, Network
from channels._email.listener.sockets import Listener, Place
from channels._email.listener.storing import Storing, Way
from channels._email.receiving import Receiver
from channels._failures import BadOption
from channels._listed import listed

#: Google takes 50 MB, and sends half of that; others less.
#: Source: https://support.google.com/a/answer/1366776
MESSAGE_BYTES: Final = 52_428_800
_PRIVATE: Final = "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,fe80::/10"
_SMTP: Final = "mail_smtp_listen"
_LMTP: Final = "mail_lmtp_listen"
_WAYS: Final[Sequence[tuple[str, Way]]] = ((_SMTP, "smtp"), (_LMTP, "lmtp"))
_NETWORKS: Final = "mail_listen_networks"
_CERTIFICATE: Final = "mail_listen_certificate"
_KEY: Final = "mail_listen_certificate_key"
_LARGEST: Final = "mail_max_bytes"
#: Two of the largest may come at once: see ``Limits.held_bytes``.
_BYTES: Final = (65_536, 1 << 27)
_PLACE: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]*):(?P<port>\d{1,5})\Z")


def networks(written: str) -> tuple[Network, ...]:
    """Who may hand over mails; raises ``BadOption``."""
    try:
        return tuple(ip_network(one) for one in listed(written))
    except ValueError as error:
        raise BadOption(
            "It must be addresses or networks such as 10.0.0.0/8, separated by commas."
        ) from error


def place(written: str) -> Place:
    """Where to listen; raises ``BadOption``."""
    text = written.strip()
    if text.startswith("/"):
        return Place(path=Path(text))
    found = _PLACE.match(text)
    if found is None or not int(found["port"]) < 1 << 16:
        raise BadOption(
            "It must be HOST:PORT, such as 127.0.0.1:2525, or the path of a socket, "
            "which begins with /."
        )
    return Place(host=found["host"].strip("[]"), port=int(found["port"]))


def _is_place(written: str) -> None:
    place(written)


def _is_networks(written: str) -> None:
    networks(written)


SETTINGS: Final = (
    Setting(
        key=_SMTP,
        help="Where our mail server hands over mails by SMTP: HOST:PORT or the path of a socket.",
        required=False,
        example="127.0.0.1:2525",
        own=False,
        check=_is_place,
    ),
    Setting(
        key=_LMTP,
        help="The same by LMTP, which answers for each recipient; the better of the two.",
        required=False,
        example="/run/contactcenter/lmtp",
        own=False,
        check=_is_place,
    ),
    Setting(
        key=_NETWORKS,
        help="Addresses or networks of mail servers that may hand over mails.",
        required=False,
        default=_PRIVATE,
        many=True,
        own=False,
        check=_is_networks,
    ),
    Setting(
        key=_CERTIFICATE,
        help="The PEM file of a certificate, with its chain, for STARTTLS where mails come in.",
        required=False,
        example="/etc/ssl/certs/desk.example.com.pem",
        own=False,
    ),
    Setting(
        key=_KEY,
        help="The PEM file of that certificate's key.",
        required=False,
        example="/etc/ssl/private/desk.example.com.pem",
        own=False,
    ),
    Setting(
        key=_LARGEST,
        help="The largest mail that is taken.",
        required=False,
        default=str(MESSAGE_BYTES),
        own=False,
        check=_setting_checks.whole_number(*_BYTES),
    ),
)


def listeners(env: Env, receiver: Receiver, inbox: Inbox) -> Sequence[Task]:
    """The listeners that the settings ask for; raises ``BadOption`` where they make no sense."""
    asked = [(key, way) for key, way in _WAYS if env.settings.get(key)]
    if not asked:
        return ()
    allowed = networks(env.settings.get(_NETWORKS) or _PRIVATE)
    door = Door(allowed, Limits(message_bytes=_largest(env.settings)))
    certificate = _certificate(env.settings)
    return [
        listener(
            env,
            place(env.settings[key]),
            door=door,
            certificate=certificate,
            storing=Storing(env, receiver, inbox, way=way),
        ).run
        for key, way in asked
    ]


def listener(
    env: Env, at: Place, *, door: Door, certificate: Certificate | None, storing: Storing
) -> Listener:
    """Build one; it speaks LMTP where ``storing`` stores what came that way, else SMTP."""
    from channels._email.listener import conversation as speaking  # noqa: PLC0415  slow to import

    terms = speaking.Terms(
        name=urlsplit(env.public_url).hostname or "localhost",
        door=door,
        storing=storing,
        certificate=certificate,
        going_on=set(),
    )
    speak = speaking.LmtpConversation if storing.way == "lmtp" else speaking.Conversation
    return Listener(
        at,
        begin=functools.partial(speak, terms),
        end=functools.partial(speaking.end_all, terms),
        is_shared=env.shares_ports,
    )


def _largest(settings: Mapping[str, str]) -> int:
    """How many bytes a mail may have."""
    return int(settings.get(_LARGEST) or MESSAGE_BYTES)


def _certificate(settings: Mapping[str, str]) -> Certificate | None:
    chain, key = settings.get(_CERTIFICATE), settings.get(_KEY)
    if not chain and not key:
        return None
    if not chain or not key:
        raise BadOption(f"{_CERTIFICATE} and {_KEY} need one another.")
    certificate = Certificate(Path(chain), Path(key))
    try:
        certificate.context()
    except (OSError, ValueError) as error:
        raise BadOption(
            f"{_CERTIFICATE} and {_KEY} must be PEM files of a certificate and its key: "
            f"{type(error).__name__}"
        ) from error
    return certificate
