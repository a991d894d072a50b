"""Twilio's REST API for conferences, as far as the product uses it.

Source: https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web

from contactcenter.fakes import twilio_voice_asking as asking
from contactcenter.fakes.twilio_refusal import Refusal, not_found
from contactcenter.fakes.twilio_voice_calls import Calls, Wanted
from contactcenter.fakes.twilio_voice_forms import (
    Asked,
    page,
    shown_participant,
    shown_recording,
    shown_room,
)
from contactcenter.fakes.twilio_voice_recordings import Recorder
from contactcenter.fakes.twilio_voice_rest import (
    BASE,
    Gate,
    callable_address,
    own_number,
    progress_events,
    timeout_s,
)
from contactcenter.fakes.twilio_voice_rest_recordings import changed
from contactcenter.fakes.twilio_voice_rooms import Participant, Room, Rooms
from contactcenter.fakes.twilio_voice_state import Network

_ADD: Final = {
    *(
        "From",
        "To",
        "Label",
        "Timeout",
        "Muted",
        "Coaching",
        "CallSidToCoach",
        "Beep",
        "EarlyMedia",
    ),
    *("StartConferenceOnEnter", "EndConferenceOnExit", "WaitUrl", "WaitMethod", "CallerId"),
    *("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent", "TimeLimit", "CallReason"),
    *(
        "ConferenceStatusCallback",
        "ConferenceStatusCallbackMethod",
        "ConferenceStatusCallbackEvent",
    ),
    *("ConferenceRecord", "ConferenceRecordingStatusCallback", "JitterBufferSize"),
    *("ConferenceRecordingStatusCallbackMethod", "ConferenceRecordingStatusCallbackEvent"),
}
_CHANGE: Final = {
    *("Muted", "Hold", "HoldUrl", "HoldMethod", "Coaching", "CallSidToCoach", "AnnounceUrl"),
    *("AnnounceMethod", "WaitUrl", "WaitMethod", "BeepOnExit", "EndConferenceOnExit"),
}


class RoomsApi:
    """Conferences, who is in them, and what is recorded there."""

    def __init__(self, network: Network, rooms: Rooms, calls: Calls, recorder: Recorder) -> None:
        self._network = network
        self._rooms = rooms
        self._calls = calls
        self._recorder = recorder

    def routes(self, gate: Gate) -> Sequence[web.RouteDef]:
        """Everything below ``Conferences``."""
        rooms = f"{BASE}/Conferences"
        people = f"{rooms}/{{room}}/Participants"
        kept = f"{rooms}/{{room}}/Recordings"
        return [
            web.get(f"{rooms}.json", gate.of(self._list)),
            web.get(f"{rooms}/{{room}}.json", gate.of(self._fetch)),
            web.post(f"{rooms}/{{room}}.json", gate.of(self._end)),
            web.get(f"{people}.json", gate.of(self._participants)),
            web.post(f"{people}.json", gate.of(self._add)),
            web.get(f"{people}/{{sid}}.json", gate.of(self._participant)),
            web.post(f"{people}/{{sid}}.json", gate.of(self._change)),
            web.delete(f"{people}/{{sid}}.json", gate.of(self._remove)),
            web.get(f"{kept}.json", gate.of(self._recordings)),
            web.post(f"{kept}/{{recording}}.json", gate.of(self._change_recording)),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        name, status = request.query.get("FriendlyName"), request.query.get("Status")
        found = [
            shown_room(self._network, room)
            for room in reversed(self._rooms.rooms.values())
            if name in (None, room.name) and status in (None, room.status)
        ]
        return page(request, "conferences", found)

    async def _fetch(self, request: web.Request) -> web.Response:
        room = self._rooms.rooms.get(request.match_info["room"])
        if room is None:
            raise not_found()
        return web.json_response(shown_room(self._network, room))

    async def _end(self, request: web.Request) -> web.Response:
        asked = await Asked.of(request, {"Status", "AnnounceUrl", "AnnounceMethod"})
        room = self._live(request)
        if asked.get("Status") == "completed":
            self._rooms.end(room)
        return web.json_response(shown_room(self._network, room))

    async def _participants(self, request: web.Request) -> web.Response:
        room = self._rooms.rooms.get(request.match_info["room"])
        if room is None:
            raise not_found()
        found = [shown_participant(self._network, room, p) for p in room.participants.values()]
        return page(request, "participants", found)

    async def _participant(self, request: web.Request) -> web.Response:
        room, participant = self._present(request)
        return web.json_response(shown_participant(self._network, room, participant))

    async def _add(self, request: web.Request) -> web.Response:
        """Ring a telephone straight into a room; one named by its id must be going on."""
        asked = await Asked.of(request, _ADD)
        name = request.match_info["room"]
        if name.startswith("CF"):
            name = self._live(request).name
        attributes = {
            "participantLabel": asked.get("Label"),
            "muted": asked.get("Muted", "false").lower(),
            "coach": asked.get("CallSidToCoach") if asked.truth("Coaching") else "",
            "endConferenceOnExit": asked.get("EndConferenceOnExit", "false").lower(),
            "startConferenceOnEnter": asked.get("StartConferenceOnEnter", "true").lower(),
            "statusCallback": asked.address("ConferenceStatusCallback"),
            "statusCallbackEvent": " ".join(asked.all("ConferenceStatusCallbackEvent")),
        }
        wanted = Wanted(
            to=callable_address(asked.get("To")),
            from_=own_number(self._network, asked.get("From")),
            status_url=asked.address("StatusCallback"),
            status_events=progress_events(asked, "StatusCallbackEvent"),
            timeout_s=timeout_s(asked),
            room=name,
            attributes=attributes,
        )
        leg = self._calls.place(wanted)
        shown = {
            "call_sid": leg.sid,
            "account_sid": self._network.account_sid,
            "conference_sid": getattr(self._rooms.live(name), "sid", None),
            "label": attributes["participantLabel"] or None,
            "status": "queued",
            "muted": attributes["muted"] == "true",
            "hold": False,
            "coaching": bool(attributes["coach"]),
        }
        return web.json_response(shown, status=HTTPStatus.CREATED)

    async def _change(self, request: web.Request) -> web.Response:
        asked = await Asked.of(request, _CHANGE)
        room, participant = self._present(request)
        coaching, coached = asked.truth("Coaching"), asked.get("CallSidToCoach")
        if coaching and coached not in room.participants:
            detail = "CallSidToCoach is not in this conference"
            raise Refusal(HTTPStatus.BAD_REQUEST, 16025, detail)
        ends = asked.truth("EndConferenceOnExit")
        if ends is not None:
            participant.ends_room = ends
        self._rooms.change(room, participant, muted=asked.truth("Muted"))
        if coaching is not None:
            self._rooms.coach(room, participant, coached if coaching else "")
        hold = asked.truth("Hold")
        if hold and asked.address("HoldUrl"):
            url, method = asked.get("HoldUrl"), asked.get("HoldMethod", "POST")
            self._network.time.spawn(asking.music(self._network, participant.leg, url, method))
        if hold is not None:
            self._rooms.hold(room, participant, on=hold)
        return web.json_response(shown_participant(self._network, room, participant))

    async def _remove(self, request: web.Request) -> web.Response:
        _, participant = self._present(request)
        self._rooms.leave(participant.leg, "participant_updated_via_api")
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def _recordings(self, request: web.Request) -> web.Response:
        sid = request.match_info["room"]
        network = self._network
        found = [
            shown_recording(network, one)
            for one in network.recordings.values()
            if one.conference_sid == sid and not one.is_deleted
        ]
        return page(request, "recordings", found)

    async def _change_recording(self, request: web.Request) -> web.Response:
        room = self._live(request)
        running = self._recorder.running(conference_sid=room.sid)
        return await changed(self._network, self._recorder, request, running)

    def _live(self, request: web.Request) -> Room:
        room = self._rooms.live(request.match_info["room"])
        if room is None:
            raise not_found()
        return room

    def _present(self, request: web.Request) -> tuple[Room, Participant]:
        room = self._live(request)
        name = request.match_info["sid"]
        for participant in room.participants.values():
            if name in (participant.leg.sid, participant.label):
                if participant.leg.is_ending():
                    break
                return room, participant
        raise not_found()
