"""Conferences of the fake Twilio: who is in them, what they hear, what is told of it.

Source: https://www.twilio.com/docs/voice/twiml/conference
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from contactcenter.fakes.twilio_voice_leg import OVER, Leg, rfc2822
from contactcenter.fakes.twilio_voice_recordings import Recorder
from contactcenter.fakes.twilio_voice_state import Network, new_sid

#: By which word of ``statusCallbackEvent`` an event is asked for.
_ASKED_BY: Final = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
}


class Participant:
    """Somebody in a room; ``left`` is done when he is out of it."""

    def __init__(self, leg: Leg, attributes: Mapping[str, str]) -> None:
        self.leg = leg
        self.label = attributes.get("participantLabel", "")
        self.is_muted = attributes.get("muted") == "true"
        self.is_held = False
        self.starts_room = attributes.get("startConferenceOnEnter", "true") != "false"
        self.ends_room = attributes.get("endConferenceOnExit") == "true"
        self.coaches = attributes.get("coach", "")
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Room:
    """A conference, from who enters first to who leaves last."""

    def __init__(
        self, sid: str, name: str, attributes: Mapping[str, str], created_at: datetime
    ) -> None:
        self.sid = sid
        self.created_at = created_at
        self.name = name
        self.status = "init"
        self.participants: dict[str, Participant] = {}
        #: The first participant's word counts; those of others are not looked at.
        self.callback_url = attributes.get("statusCallback", "")
        self.asked_for = frozenset(attributes.get("statusCallbackEvent", "").split())
        self.records = attributes.get("record") == "record-from-start"
        self.recording_url = attributes.get("recordingStatusCallback", "")
        self.recording_events = attributes.get("recordingStatusCallbackEvent", "").split()
        self.sequence = 0


class Rooms:
    """The conferences of a network."""

    def __init__(self, network: Network, recorder: Recorder) -> None:
        self._network = network
        self._recorder = recorder
        self.rooms: dict[str, Room] = {}

    def live(self, sid_or_name: str) -> Room | None:
        """The conference of this id or name that goes on."""
        for room in self.rooms.values():
            if room.status != "completed" and sid_or_name in (room.sid, room.name):
                return room
        return None

    def enter(self, name: str, leg: Leg, attributes: Mapping[str, str]) -> Participant:
        """Let a telephone into the room of this name, made where there is none."""
        room = self.live(name)
        if room is None:
            room = Room(new_sid("CF"), name, attributes, self._network.now())
            self.rooms[room.sid] = room
        elif attributes.get("statusCallback", "") != room.callback_url:
            self._network.problems.append(f"{name}: only the first statusCallback counts")
        participant = Participant(leg, attributes)
        if participant.coaches and participant.coaches not in room.participants:
            self._network.problems.append(f"{name}: {participant.coaches} is not there to coach")
        room.participants[leg.sid] = participant
        self._tell(room, "participant-join", participant)
        if room.status == "init" and len(room.participants) > 1 and self._may_start(room):
            room.status = "in-progress"
            self._tell(room, "conference-start")
            if room.records:
                self._record(room, participant)
        return participant

    def leave(self, leg: Leg, reason: str) -> None:
        """Let a telephone out of whatever room it is in."""
        for room in self.rooms.values():
            participant = room.participants.pop(leg.sid, None)
            if participant is None:
                continue
            self._out(room, participant, reason)
            if participant.ends_room:
                cause = "participant-with-end-conference-on-exit-left"
                self._end(room, cause, leg, "moderator_ended_conference")
            elif not room.participants:
                self._end(room, "last-participant-left", leg, "")

    def change(self, room: Room, participant: Participant, *, muted: bool | None) -> None:
        """Mute somebody or let him be heard."""
        if muted is not None and muted != participant.is_muted:
            participant.is_muted = muted
            self._tell(room, "participant-mute" if muted else "participant-unmute", participant)

    def hold(self, room: Room, participant: Participant, *, on: bool) -> None:
        """Let somebody hear music alone, or bring him back."""
        if on != participant.is_held:
            participant.is_held = on
            self._tell(room, "participant-hold" if on else "participant-unhold", participant)

    def coach(self, room: Room, participant: Participant, coached: str) -> None:
        """Let somebody be heard by one other only, or by all where it is empty."""
        if coached != participant.coaches:
            participant.coaches = coached
            self._tell(room, "participant-modify", participant)

    def end(self, room: Room) -> None:
        """End a conference as the API asked."""
        self._end(room, "conference-ended-via-api", None, "conference_ended_via_api")

    def others(self, leg: Leg) -> Sequence[Participant]:
        """Who is in a room with this telephone."""
        for room in self.rooms.values():
            if leg.sid in room.participants:
                return [p for p in room.participants.values() if p.leg is not leg]
        return []

    def is_held(self, leg: Leg) -> bool:
        """Whether a telephone hears music alone."""
        found = [room.participants.get(leg.sid) for room in self.rooms.values()]
        return any(participant is not None and participant.is_held for participant in found)

    def speaking(self, room: Room) -> Sequence[str]:
        """The labels of those who hear one another."""
        return sorted(p.label for p in room.participants.values() if not p.is_held)

    def _may_start(self, room: Room) -> bool:
        return any(p.starts_room for p in room.participants.values())

    def _record(self, room: Room, participant: Participant) -> None:
        self._recorder.begin(
            participant.leg,
            source="Conference",
            status_url=room.recording_url,
            status_events=room.recording_events,
            conference_sid=room.sid,
        )

    def _end(self, room: Room, cause: str, by: Leg | None, reason: str) -> None:
        others = list(room.participants.values())
        room.participants.clear()
        for other in others:
            self._out(room, other, reason)
        room.status = "completed"
        for recording in self._recorder.running(conference_sid=room.sid):
            self._recorder.end(recording)
        more = [("ReasonConferenceEnded", cause)]
        if by is not None:
            more.append(("CallSidEndingConference", by.sid))
        self._tell(room, "conference-end", more=more)

    def _out(self, room: Room, participant: Participant, reason: str) -> None:
        more = [("ReasonParticipantLeft", reason)]
        self._tell(room, "participant-leave", participant, more=more)
        if not participant.left.done():
            participant.left.set_result(None)

    def _tell(
        self,
        room: Room,
        event: str,
        participant: Participant | None = None,
        *,
        more: Sequence[tuple[str, str]] = (),
    ) -> None:
        room.sequence += 1
        if not room.callback_url or _ASKED_BY[event] not in room.asked_for:
            return
        network = self._network
        params = [
            ("ConferenceSid", room.sid),
            ("FriendlyName", room.name),
            ("AccountSid", network.account_sid),
            ("SequenceNumber", str(room.sequence)),
            ("Timestamp", rfc2822(network.now())),
            ("StatusCallbackEvent", event),
        ]
        if participant is not None:
            params += _form(participant)
        number = list(self.rooms).index(room.sid)
        name = f"room {number}/{room.sequence}"
        network.poster.report(room.callback_url, [*params, *more], name=name)


def _form(participant: Participant) -> list[tuple[str, str]]:
    leg = participant.leg
    return [
        ("CallSid", leg.sid),
        ("ParticipantLabel", participant.label),
        ("Muted", _word(participant.is_muted)),
        ("Hold", _word(participant.is_held)),
        ("Coaching", _word(bool(participant.coaches))),
        ("EndConferenceOnExit", _word(participant.ends_room)),
        ("StartConferenceOnEnter", _word(participant.starts_room)),
        ("ParticipantCallStatus", "completed" if leg.status in OVER else leg.status),
    ]


def _word(truth: bool) -> str:
    return "true" if truth else "false"
