"""Recordings of the fake Twilio: begun, paused, ended, told of, and the sounds themselves.

Source: https://www.twilio.com/docs/voice/api/recording
"""

from collections.abc import Sequence
from typing import Final

from contactcenter.fakes.twilio_voice_leg import Leg, rfc2822
from contactcenter.fakes.twilio_voice_state import Network, Recording, new_sid

#: A silent frame of MPEG-2 layer III: 8 kbit/s at 16 kHz, one channel, 36 ms.
_FRAME: Final = b"\xff\xf3\x18\xc4" + b"\0" * 32
_FRAME_S: Final = 0.036
_RATE: Final = 8000


class Recorder:
    """Records telephones and rooms of a network."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def begin(
        self,
        leg: Leg,
        *,
        source: str,
        status_url: str,
        status_events: Sequence[str] = ("completed",),
        conference_sid: str = "",
    ) -> Recording:
        """Record from now on. ``source`` is as in the parameter RecordingSource."""
        recording = Recording(
            sid=new_sid("RE"), source=source, leg=leg, conference_sid=conference_sid
        )
        recording.status_url = status_url
        recording.status_events = status_events or ("completed",)
        recording.started_at = recording.running_since = self._network.now()
        self._network.recordings[recording.sid] = recording
        self._tell(recording)
        return recording

    def pause(self, recording: Recording, *, is_silent: bool) -> None:
        """Keep nothing of what is said from now on; where it ``is_silent``, silence is kept."""
        if not is_silent:
            self._stop_the_clock(recording)
        recording.status = "paused"

    def resume(self, recording: Recording) -> None:
        """Keep it again."""
        recording.status = "in-progress"
        if recording.running_since is None:
            recording.running_since = self._network.now()

    def end(self, recording: Recording, *, is_empty: bool = False) -> None:
        """Finish the sound; ``is_empty``: nothing was said."""
        if recording.status in ("completed", "absent"):
            return
        self._stop_the_clock(recording)
        recording.status = "absent" if is_empty or recording.kept_s < 1 else "completed"
        self._tell(recording)

    def running(self, *, leg: Leg | None = None, conference_sid: str = "") -> list[Recording]:
        """What is recorded of a telephone or a room, paused or not."""
        return [
            recording
            for recording in self._network.recordings.values()
            if recording.status in ("in-progress", "paused")
            and (
                recording.conference_sid == conference_sid
                if conference_sid
                else recording.leg is leg
            )
        ]

    def url(self, recording: Recording) -> str:
        """Where it is, without the ending that chooses the format."""
        network = self._network
        path = f"/2010-04-01/Accounts/{network.account_sid}/Recordings/{recording.sid}"
        return f"{network.url}{path}"

    def _tell(self, recording: Recording) -> None:
        if not recording.status_url or recording.status not in recording.status_events:
            return
        params = [("AccountSid", self._network.account_sid), ("CallSid", recording.leg.sid)]
        if recording.conference_sid:
            params.append(("ConferenceSid", recording.conference_sid))
        params += [
            ("RecordingSid", recording.sid),
            ("RecordingUrl", self.url(recording)),
            ("RecordingStatus", recording.status),
            ("RecordingChannels", "1"),
            ("RecordingSource", recording.source),
            ("RecordingTrack", "both"),
        ]
        if recording.started_at is not None:
            params.append(("RecordingStartTime", rfc2822(recording.started_at)))
        if recording.status == "completed":
            params.append(("RecordingDuration", str(int(recording.kept_s))))
        self._network.report(recording.leg, recording.status_url, params)

    def _stop_the_clock(self, recording: Recording) -> None:
        if recording.running_since is not None:
            passed = self._network.now() - recording.running_since
            recording.kept_s += passed.total_seconds()
            recording.running_since = None


def sound(seconds: float, *, is_mp3: bool) -> bytes:
    """So much silence, in a format that can be played."""
    if is_mp3:
        return _FRAME * max(1, round(seconds / _FRAME_S))
    samples = b"\x80" * int(seconds * _RATE)
    size = len(samples)
    head = b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = (1, 2), (1, 2), (_RATE, 4), (_RATE, 4), (1, 2), (8, 2)  # PCM, mono, 8 bits
    head += b"".join(value.to_bytes(width, "little") for value, width in shape)
    return head + b"data" + size.to_bytes(4, "little") + samples
