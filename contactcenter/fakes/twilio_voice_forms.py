"""What is asked of Twilio's API for calls, checked; and how it shows what there is.

A parameter that Twilio would silently leave aside is refused here, since it is a mistake.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from contactcenter.fakes.twilio_refusal import Refusal, not_found
from contactcenter.fakes.twilio_voice_leg import OVER, Leg, rfc2822
from contactcenter.fakes.twilio_voice_rooms import Participant, Room
from contactcenter.fakes.twilio_voice_state import Network, Recording, seconds_between

_MOST_ON_A_PAGE: Final = 1000


class Asked:
    """The parameters of a request. Names that repeat keep all their values."""

    def __init__(self, params: Sequence[tuple[str, str]]) -> None:
        self._params = params

    @classmethod
    async def of(cls, request: web.Request, allowed: Collection[str]) -> "Asked":
        """Read a form; raises ``Refusal`` where it has what is not allowed there."""
        body = (await request.read()).decode()
        asked = cls(parse_qsl(body, keep_blank_values=True))
        for name, _ in asked._params:
            if name not in allowed:
                raise Refusal(HTTPStatus.BAD_REQUEST, 20001, f"Unknown parameter: {name}")
        return asked

    def get(self, name: str, default: str = "") -> str:
        """The last value of that name."""
        return dict(self._params).get(name, default)

    def all(self, name: str) -> list[str]:
        """Every value of that name; one may hold several, with spaces between."""
        return [word for key, value in self._params if key == name for word in value.split()]

    def has(self, name: str) -> bool:
        """Whether it is there."""
        return any(key == name for key, _ in self._params)

    def truth(self, name: str) -> bool | None:
        """A value that is true or false; None where it is not there."""
        if not self.has(name):
            return None
        value = self.get(name).lower()
        if value not in ("true", "false"):
            raise Refusal(HTTPStatus.BAD_REQUEST, 20001, f"{name} is neither true nor false")
        return value == "true"

    def address(self, name: str, *, code: int = 21205) -> str:
        """An absolute address of the web, or nothing."""
        url = self.get(name)
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise Refusal(HTTPStatus.BAD_REQUEST, code, f"Url is not a valid URL: {url}")
        return url


def gone() -> Refusal:
    """The call is not going on. Source: https://www.twilio.com/docs/api/errors/21220."""
    detail = "Call is not in-progress. Cannot redirect."
    return Refusal(HTTPStatus.BAD_REQUEST, 21220, detail)


def known_leg(network: Network, sid: str) -> Leg:
    """The call of this id; raises ``Refusal``."""
    leg = network.legs.get(sid)
    if leg is None:
        raise not_found()
    return leg


def shown_leg(leg: Leg) -> Mapping[str, Any]:
    """A call as the API shows it."""
    return {
        "sid": leg.sid,
        "account_sid": leg.account_sid,
        "api_version": "2010-04-01",
        "direction": leg.direction,
        "from": leg.from_,
        "to": leg.to,
        "status": leg.status,
        "date_created": rfc2822(leg.created_at),
        "date_updated": rfc2822(leg.ended_at or leg.answered_at or leg.created_at),
        "start_time": _time(leg.answered_at),
        "end_time": _time(leg.ended_at),
        "duration": str(leg.seconds()) if leg.status in OVER else None,
        "parent_call_sid": None,
        "uri": f"/2010-04-01/Accounts/{leg.account_sid}/Calls/{leg.sid}.json",
    }


def shown_room(network: Network, room: Room) -> Mapping[str, Any]:
    """A conference as the API shows it."""
    return {
        "sid": room.sid,
        "account_sid": network.account_sid,
        "friendly_name": room.name,
        "status": room.status,
        "date_created": rfc2822(room.created_at),
        "date_updated": rfc2822(room.created_at),
        "region": "us1",
        "uri": f"/2010-04-01/Accounts/{network.account_sid}/Conferences/{room.sid}.json",
    }


def shown_participant(network: Network, room: Room, participant: Participant) -> Mapping[str, Any]:
    """Somebody in a room as the API shows him."""
    return {
        "account_sid": network.account_sid,
        "call_sid": participant.leg.sid,
        "conference_sid": room.sid,
        "label": participant.label or None,
        "muted": participant.is_muted,
        "hold": participant.is_held,
        "coaching": bool(participant.coaches),
        "call_sid_to_coach": participant.coaches or None,
        "start_conference_on_enter": participant.starts_room,
        "end_conference_on_exit": participant.ends_room,
        "status": "connected" if participant.leg.is_live() else participant.leg.status,
        "date_created": rfc2822(room.created_at),
        "date_updated": rfc2822(room.created_at),
        "uri": f"/2010-04-01/Accounts/{network.account_sid}/Conferences/{room.sid}"
        f"/Participants/{participant.leg.sid}.json",
    }


def shown_recording(network: Network, recording: Recording) -> Mapping[str, Any]:
    """A recording as the API shows it."""
    is_ready = recording.status == "completed"
    path = f"/2010-04-01/Accounts/{network.account_sid}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": network.account_sid,
        "api_version": "2010-04-01",
        "call_sid": recording.leg.sid,
        "conference_sid": recording.conference_sid or None,
        "status": recording.status,
        "source": recording.source,
        "channels": 1,
        "duration": str(int(recording.kept_s)) if is_ready else None,
        "start_time": _time(recording.started_at),
        "date_created": _time(recording.started_at),
        "date_updated": _time(recording.started_at),
        "media_url": f"{network.url}{path}",
        "price": None,
        "uri": f"{path}.json",
    }


def shown_member(network: Network, queue_sid: str, leg: Leg) -> Mapping[str, Any]:
    """Somebody in a queue as the API shows him."""
    queue = network.queues[queue_sid]
    place = next((i for i, member in enumerate(queue.members) if member.leg is leg), None)
    since = network.now() if place is None else queue.members[place].since
    path = f"/2010-04-01/Accounts/{network.account_sid}/Queues/{queue_sid}/Members/{leg.sid}.json"
    return {
        "call_sid": leg.sid,
        "queue_sid": queue_sid,
        "date_enqueued": rfc2822(since),
        "position": 0 if place is None else place + 1,
        "wait_time": seconds_between(since, network.now()),
        "uri": path,
    }


def page(request: web.Request, key: str, found: Sequence[Mapping[str, Any]]) -> web.Response:
    """A list in pages, as Twilio gives them."""
    size = min(int(request.query.get("PageSize", "50")), _MOST_ON_A_PAGE)
    number = int(request.query.get("Page", "0"))
    start = number * size
    following = {**request.query, "Page": str(number + 1), "PageToken": f"PT{number + 1}"}
    has_more = len(found) > start + size
    return web.json_response(
        {
            key: found[start : start + size],
            "page": number,
            "page_size": size,
            "start": start,
            "end": min(len(found), start + size) - 1,
            "uri": str(request.rel_url),
            "first_page_uri": f"{request.path}?PageSize={size}&Page=0",
            "next_page_uri": f"{request.path}?{urlencode(following)}" if has_more else None,
            "previous_page_uri": None,
        }
    )


def _time(at: datetime | None) -> str | None:
    return None if at is None else rfc2822(at)
