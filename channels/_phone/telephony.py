"""What the app asks of Twilio about calls: ``channels.Telephony`` over the REST API."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal

from channels._base import Env
from channels._calls import CallGone, Destination, Dialling, LegLook, Member, SetUp
from channels._failures import Unavailable
from channels._phone import numbers
from channels._phone.addresses import Addresses
from channels._phone.documents import ROOM_EVENTS, room, room_address
from channels._phone.settings import APOLOGY, music
from channels._phone.voices import heard, voice
from channels._twilio_account import Account, Accounts

if TYPE_CHECKING:
    from channels._phone.rest import Rest

#: Which steps of a telephone's progress are told.
#: Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent
_PROGRESS: Final = ["initiated", "ringing", "answered", "completed"]

_NO_APOLOGY: Final = (
    "While nobody can answer, its callers hear an apology in English: record one and set"
)

_STATES: Final[dict[str, Any]] = {
    "queued": "queued",
    "initiated": "queued",
    "ringing": "ringing",
    "in-progress": "in_progress",
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no_answer",
    "canceled": "canceled",
}


class TwilioTelephony:
    """Calls over the accounts of all entry points; ``missing`` tells why not yet."""

    def __init__(
        self,
        env: Env,
        accounts: Accounts,
        addresses: Addresses,
        *,
        missing: Callable[[], tuple[str, ...]],
        deadline_s: float,
    ) -> None:
        self._env = env
        self._accounts = accounts
        self._addresses = addresses
        self._missing = missing
        self._deadline_s = deadline_s
        self._clients: dict[str, tuple[Account, Rest]] = {}

    def speaks(self, language: str) -> bool:
        """Whether the provider has a voice for it."""
        return voice(language) is not None

    def hears(self, language: str) -> bool:
        """Whether the provider understands it."""
        return heard(language) is not None

    def set_up(self, *, language: str | None, options: Mapping[str, str]) -> SetUp:
        """Three addresses, as Twilio's console calls them.

        Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
        """
        to_us = self._addresses
        apologises = options.get(APOLOGY) or self._env.settings.get(APOLOGY)
        lacks = (
            () if apologises or self.speaks(language or "en") else (f"{_NO_APOLOGY} {APOLOGY}.",)
        )
        return SetUp(
            addresses=(
                ("A call comes in", to_us.of("voice")),
                ("Primary handler fails", to_us.fallback),
                ("Call status changes", to_us.of("call_status")),
            ),
            lacks=lacks,
        )

    def number(self, text: str) -> str:
        """By the plans of all countries."""
        return numbers.dialled(text, self._env.region)

    def destination(self, address: str) -> Destination:
        """By the plans of all countries."""
        return numbers.destination(address)

    async def offer(self, dialling: Dialling) -> str:
        """Call it; what it hears once it is answered is asked of us."""
        at = self._of(dialling)
        return await self._rest(dialling.entry_point).call(
            to=dialling.address,
            from_=dialling.entry_point,
            url=at.of(dialling.name),
            method="POST",
            fallback_url=at.fallback,
            fallback_method="POST",
            timeout=dialling.timeout_s,
            **_progress(at),
        )

    async def connect(
        self, entry_point: str, leg: str, *, parked_in: str | None, call_id: int
    ) -> None:
        """Take him out of the queue; where he is not in it, and not in the room yet, off his way.

        Whoever is in the room already stays there: to be sent once more would end the room.
        """
        rest = self._rest(entry_point)
        url = self._addresses.of("join", call=call_id)
        if parked_in is not None:
            with suppress(CallGone):
                await rest.dequeue(parked_in, leg, url)
                return
        if not await rest.is_in_room(room(call_id), leg):
            await rest.redirect(leg, url)

    async def hold(self, member: Member, *, on: bool) -> None:
        """Hold plays the entry point's music."""
        wanted: dict[str, Any] = {"hold": on}
        if on:
            options = {**self._env.settings, **self._env.own.of("phone", member.entry_point)}
            wanted["hold_url"] = self._addresses.absolute(music(options))
            wanted["hold_method"] = "GET"
        await self._rest(member.entry_point).change(member.conference, member.leg, **wanted)

    async def add(self, dialling: Dialling, *, conference: str, label: str) -> str:
        """Call it into the room, whose reports go where all of them go."""
        at = self._of(dialling)
        return await self._rest(dialling.entry_point).add(
            conference,
            to=dialling.address,
            from_=dialling.entry_point,
            label=label,
            timeout=dialling.timeout_s,
            beep="false",
            end_conference_on_exit=False,
            conference_status_callback=room_address(at, "conference", dialling.call_id),
            conference_status_callback_method="POST",
            conference_status_callback_event=list(ROOM_EVENTS),
            **_progress(at),
        )

    async def remove(self, member: Member) -> None:
        """His telephone goes on with what comes after the room."""
        await self._rest(member.entry_point).remove(member.conference, member.leg)

    async def coach(
        self, member: Member, *, mode: Literal["listen", "whisper", "barge"], agent_leg: str | None
    ) -> None:
        """Muted, heard by one, or heard by all."""
        wanted: dict[str, Any] = {"muted": mode == "listen", "coaching": mode == "whisper"}
        if mode == "whisper":
            wanted["call_sid_to_coach"] = agent_leg
        await self._rest(member.entry_point).change(member.conference, member.leg, **wanted)

    async def record(
        self, entry_point: str, conference: str, action: Literal["start", "pause", "resume", "stop"]
    ) -> None:
        """Recorded is the room; where it was not from the beginning, the customer's telephone.

        Twilio begins no recording of a room in the middle.
        """
        rest = self._rest(entry_point)
        if action == "start":
            await rest.start_recording(
                await _customer(rest, conference), self._addresses.of("recording")
            )
            return
        state: Any = {"pause": "paused", "resume": "in-progress", "stop": "stopped"}[action]
        try:
            await rest.change_recording(state, conference=conference)
        except CallGone:
            await rest.change_recording(state, leg=await _customer(rest, conference))

    async def hang_up(self, entry_point: str, leg: str) -> None:
        """Whether it rings or talks."""
        await self._rest(entry_point).end(leg)

    async def leave_queue(self, entry_point: str, leg: str, *, step: str) -> None:
        """Off his way, wherever he is."""
        await self._rest(entry_point).redirect(leg, self._addresses.of("gather", step=step))

    async def look(self, entry_point: str, leg: str) -> LegLook | None:
        """As the provider's list has it."""
        found = await self._rest(entry_point).look(leg)
        state = _STATES.get(str(found.status)) if found else None
        if found is None or state is None:
            return None
        duration = str(found.duration or "")
        return LegLook(
            status=state,
            began_at=found.start_time,
            ended_at=found.end_time,
            duration_s=int(duration) if duration.isdecimal() else None,
        )

    async def erase_recording(self, entry_point: str, recording: str) -> None:
        """What is not there is erased."""
        with suppress(CallGone):
            await self._rest(entry_point).erase_recording(recording)

    def connected(self, account: Account) -> "Rest":
        """A client of the account, its SDK loaded."""
        known, rest = self._clients.get(account.sid, (None, None))
        if rest is not None and known == account:
            return rest
        from channels._phone.rest import Rest  # noqa: PLC0415 -- slow; not all need it

        made = Rest(
            account,
            http=self._env.http,
            api_base=self._env.settings.get("twilio_api_base"),
            deadline_s=self._deadline_s,
        )
        self._clients[account.sid] = account, made
        return made

    def _rest(self, entry_point: str) -> "Rest":
        if lacking := self._missing():
            raise Unavailable(f"The telephone is not set up; it needs {', '.join(lacking)}.")
        return self.connected(self._accounts.usable(entry_point))

    def _of(self, dialling: Dialling) -> Addresses:
        """Our addresses for this telephone: each hook about it says whose it is."""
        return self._addresses.carrying(
            {"call": str(dialling.call_id), "leg": str(dialling.leg_id)}
        )


def _progress(at: Addresses) -> dict[str, Any]:
    return {
        "status_callback": at.of("call_status"),
        "status_callback_method": "POST",
        "status_callback_event": _PROGRESS,
    }


async def _customer(rest: "Rest", conference: str) -> str:
    leg = await rest.leg_of(conference, "customer")
    if leg is None:
        raise CallGone("The customer is not in the room.")
    return leg
