"""Twilio's REST API for recordings, as far as the product uses it.

Source: https://www.twilio.com/docs/voice/api/recording
"""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web

from contactcenter.fakes.twilio_refusal import Refusal, not_found
from contactcenter.fakes.twilio_voice_forms import Asked, gone, known_leg, page, shown_recording
from contactcenter.fakes.twilio_voice_recordings import Recorder, sound
from contactcenter.fakes.twilio_voice_rest import BASE, Gate
from contactcenter.fakes.twilio_voice_state import Network, Recording

_CURRENT: Final = "Twilio.CURRENT"
_RECORD: Final = {
    *("RecordingStatusCallback", "RecordingStatusCallbackEvent", "RecordingStatusCallbackMethod"),
    *("Trim", "RecordingChannels", "RecordingTrack"),
}


class RecordingsApi:
    """Recordings of telephones, and the sounds of all."""

    def __init__(self, network: Network, recorder: Recorder) -> None:
        self._network = network
        self._recorder = recorder

    def routes(self, gate: Gate) -> Sequence[web.RouteDef]:
        """Everything below ``Recordings``, and those of a call."""
        kept, of_call = f"{BASE}/Recordings", f"{BASE}/Calls/{{sid}}/Recordings"
        return [
            web.post(f"{of_call}.json", gate.of(self._create)),
            web.get(f"{of_call}.json", gate.of(self._of_call)),
            web.post(f"{of_call}/{{recording}}.json", gate.of(self._change)),
            web.get(f"{kept}.json", gate.of(self._list)),
            web.get(f"{kept}/{{recording}}.json", gate.of(self._fetch)),
            web.delete(f"{kept}/{{recording}}.json", gate.of(self._delete)),
            web.get(f"{kept}/{{file}}", gate.of(self._sound)),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        asked = await Asked.of(request, _RECORD)
        leg = known_leg(self._network, request.match_info["sid"])
        if not leg.is_live():
            raise gone()
        recording = self._recorder.begin(
            leg,
            source="StartCallRecordingAPI",
            status_url=asked.address("RecordingStatusCallback"),
            status_events=asked.all("RecordingStatusCallbackEvent"),
        )
        shown = shown_recording(self._network, recording)
        return web.json_response(shown, status=HTTPStatus.CREATED)

    async def _of_call(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        return self._shown(request, [r for r in self._kept() if r.leg.sid == sid])

    async def _change(self, request: web.Request) -> web.Response:
        leg = known_leg(self._network, request.match_info["sid"])
        running = [r for r in self._recorder.running(leg=leg) if not r.conference_sid]
        return await changed(self._network, self._recorder, request, running)

    async def _list(self, request: web.Request) -> web.Response:
        found = list(reversed(self._kept()))
        since = request.query.get("DateCreated>") or request.query.get("DateCreatedAfter")
        if since:
            after = datetime.fromisoformat(since)
            after = after if after.tzinfo else after.replace(tzinfo=self._network.now().tzinfo)
            found = [r for r in found if r.started_at is not None and r.started_at >= after]
        return self._shown(request, found)

    async def _fetch(self, request: web.Request) -> web.Response:
        recording = self._known(request.match_info["recording"])
        return web.json_response(shown_recording(self._network, recording))

    async def _delete(self, request: web.Request) -> web.Response:
        self._known(request.match_info["recording"]).is_deleted = True
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def _sound(self, request: web.Request) -> web.Response:
        sid, _, ending = request.match_info["file"].partition(".")
        recording = self._known(sid)
        if recording.status != "completed" or ending not in ("", "wav", "mp3"):
            raise not_found()
        is_mp3 = ending == "mp3"
        body = sound(recording.kept_s, is_mp3=is_mp3)
        return web.Response(body=body, content_type="audio/mpeg" if is_mp3 else "audio/x-wav")

    def _kept(self) -> list[Recording]:
        return [one for one in self._network.recordings.values() if not one.is_deleted]

    def _known(self, sid: str) -> Recording:
        recording = self._network.recordings.get(sid)
        if recording is None or recording.is_deleted:
            raise not_found()
        return recording

    def _shown(self, request: web.Request, found: Sequence[Recording]) -> web.Response:
        return page(request, "recordings", [shown_recording(self._network, r) for r in found])


async def changed(
    network: Network, recorder: Recorder, request: web.Request, running: Sequence[Recording]
) -> web.Response:
    """Pause, resume or stop one of these recordings; raises ``Refusal``."""
    asked = await Asked.of(request, {"Status", "PauseBehavior"})
    wanted = request.match_info["recording"]
    found = [one for one in running if wanted in (one.sid, _CURRENT)]
    if not found:
        raise not_found()
    recording, status = found[-1], asked.get("Status")
    if status == "paused":
        recorder.pause(recording, is_silent=asked.get("PauseBehavior", "silence") == "silence")
    elif status == "in-progress":
        recorder.resume(recording)
    elif status == "stopped":
        recorder.end(recording)
    else:
        raise Refusal(HTTPStatus.BAD_REQUEST, 21218, f"Invalid recording status: {status}")
    return web.json_response(shown_recording(network, recording))
