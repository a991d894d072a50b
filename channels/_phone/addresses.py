"""The addresses of ours that the provider is given, and what we put into them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from channels._calls import HookName

#: Where each hook is answered.
PATHS: Final[Mapping[HookName, str]] = {
    "voice": "/hooks/phone/voice",
    "gather": "/hooks/phone/gather",
    "wait": "/hooks/phone/wait",
    "enqueue_action": "/hooks/phone/enqueue-action",
    "join": "/hooks/phone/join",
    "offer": "/hooks/phone/offer",
    "agent_done": "/hooks/phone/agent-done",
    "call_status": "/hooks/phone/status",
    "conference": "/hooks/phone/conference",
    "recording": "/hooks/phone/recording",
    "voicemail": "/hooks/phone/voicemail",
    "transcription": "/hooks/phone/transcription",
    "fallback": "/hooks/phone/fallback",
}

#: The telephone waits for what it does next; the rest only tells us something.
ANSWERED: Final[frozenset[HookName]] = frozenset(
    {
        "voice",
        "gather",
        "wait",
        "enqueue_action",
        "join",
        "offer",
        "agent_done",
        "voicemail",
        "fallback",
    }
)

#: What tells us something is worth telling again: Twilio tries so often, for so long, whatever went
#: wrong. It keeps the fragment to itself.
#: Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
_TOLD_AGAIN: Final = "#rc=3&rp=all&ct=2000&rt=4000&tt=15000"

#: Whose telephone it is goes on from hook to hook, and that the first address has failed it.
_CARRIED: Final = ("call", "leg", "at")
_SECOND: Final = "2"


class Addresses(Struct, frozen=True, kw_only=True):
    """Absolute addresses of our hooks; ``public_url`` has no trailing slash.

    ``carried`` is what each of them has in its query. ``fallback_url`` is the second address of
    this service, if it has one. ``parties`` are the ``caller`` and who was ``called``.
    """

    public_url: str
    fallback_url: str | None = None
    carried: Mapping[str, str] = {}
    parties: Mapping[str, str] = {}

    def of(self, name: HookName, **query: str | int | None) -> str:
        """The address of a hook; what is None stays as it is carried."""
        given = {key: str(value) for key, value in query.items() if value is not None}
        return self.public_url + path(name, {**self.carried, **given})

    @property
    def fallback(self) -> str:
        """Where a telephone is sent when the address it called has failed."""
        base = (self.fallback_url or self.public_url).rstrip("/")
        return base + path("fallback", self.carried)

    def absolute(self, url: str) -> str:
        """What may be a path of ours, as the provider must call it."""
        return f"{self.public_url}{url}" if url.startswith("/") else url

    def carrying(
        self, query: Mapping[str, str], parties: Mapping[str, str] | None = None
    ) -> "Addresses":
        """The same, for the telephone that the hook with this query was about."""
        kept = {name: query[name] for name in _CARRIED if name in query}
        found = replace(self, carried=kept, parties=parties or {})
        if self.fallback_url and query.get("at") == _SECOND:
            return replace(found, public_url=self.fallback_url.rstrip("/"))
        return found

    def from_now_on_second(self) -> "Addresses":
        """The same, at our second address where we have one: the first has just failed."""
        at_second = {**self.carried, "at": _SECOND} if self.fallback_url else self.carried
        return self.carrying(at_second, self.parties)


def path(name: HookName, query: Mapping[str, str]) -> str:
    """Path and query of a hook, and how often it is to be told."""
    told_again = "" if name in ANSWERED else _TOLD_AGAIN
    written = urlencode(query, errors="replace")  # half a character has no code
    return PATHS[name] + (f"?{written}" if written else "") + told_again
