"""Which Twilio account an entry point uses: the one of the settings, or one of its own."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from channels._base import Env, Setting
from channels._failures import Unavailable
from channels._fetch import MOST_BYTES, Fetcher
from channels._listed import listed
from channels._own_settings import NOTHING_OWN

SID = "twilio_account_sid"
TOKENS = "twilio_auth_tokens"
SERVICE = "twilio_messaging_service_sid"

SETTINGS = (
    Setting(
        key="twilio_account_sid",
        help="Account SID of the Twilio account, from its console.",
        example="AC0123456789abcdef0123456789abcdef",
    ),
    Setting(
        key="twilio_auth_tokens",
        help="Auth tokens that sign Twilio's requests; the first is used to send.",
        secret=True,
        many=True,
        example="the-new-token,the-old-token",
    ),
    Setting(
        key="twilio_api_base",
        help="Where Twilio's REST API is, if not at https://api.twilio.com.",
        required=False,
        example="http://127.0.0.1:8010",
        own=False,
    ),
    Setting(
        key="twilio_messaging_service_sid",
        help="Messaging Service to send through, which must hold our numbers.",
        required=False,
        example="MG0123456789abcdef0123456789abcdef",
    ),
    Setting(
        key="twilio_fallback_url",
        help="Second address of this service, used as Twilio's fallback for messages and calls.",
        required=False,
        example="https://desk-2.example.com",
        own=False,
    ),
)

_IN_PATH = re.compile(r"/Accounts/(\w+)/")


class Account(Struct, frozen=True, kw_only=True):
    """One account. All ``tokens`` sign, the first is used to ask; without any it is unusable."""

    sid: str
    tokens: tuple[str, ...]
    messaging_service_sid: str | None = None


class Accounts:
    """The accounts of one channel. An entry point's own replaces the general one altogether.

    An own account lacks nothing that it could take from the settings: with a key but no SID, or a
    SID but no key, it is incomplete, and nothing is sent or believed in its name.
    """

    def __init__(self, env: Env, channel: str) -> None:
        self._own = env.own
        self._channel = channel
        self.general = _account(env.settings)
        #: Whether an entry point may have an account of its own at all.
        self.may_differ = env.own is not NOTHING_OWN

    def of(self, entry_point: str) -> Account:
        """The account of one of our addresses."""
        own = self._own.of(self._channel, entry_point)
        return _account(own) if own.get(SID) or own.get(TOKENS) else self.general

    def usable(self, entry_point: str) -> Account:
        """The same; raises ``Unavailable`` if it is incomplete."""
        account = self.of(entry_point)
        if not account.sid or not account.tokens:
            raise Unavailable(f"The Twilio account of {entry_point} needs both {SID} and {TOKENS}.")
        return account

    def named_in(self, address: str) -> Account:
        """The account whose file an address is; the general one if it names none of ours."""
        found = _IN_PATH.search(address)
        return self.with_sid(found[1] if found else "")

    def with_sid(self, sid: str) -> Account:
        """The complete account of that SID; the general one if it is none of ours."""
        if sid == self.general.sid:
            return self.general
        return next((one for one in self.every() if one.sid == sid), self.general)

    def every(self) -> Sequence[Account]:
        """Each complete account once, the general one first."""
        found = [self.general] + [self.of(at) for at in self._own.addresses(self._channel)]
        return list({one.sid: one for one in found if one.sid and one.tokens}.values())


def files(env: Env, *, most_bytes: int = MOST_BYTES) -> Fetcher:
    """What fetches files that Twilio tells of: from there, or where it is sent from there."""
    return Fetcher(
        domain="twilio.com",
        own_origin=env.settings.get("twilio_api_base"),
        begins_there=True,
        most_bytes=most_bytes,
    )


def _account(settings: Mapping[str, str]) -> Account:
    return Account(
        sid=settings.get(SID, ""),
        tokens=listed(settings.get(TOKENS, "")),
        messaging_service_sid=settings.get(SERVICE) or None,
    )
