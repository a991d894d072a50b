"""The AsyncAPI 3.0 document of the feed, made from its frames and from the kinds of events.

Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import inspect
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from contactcenter import events
from contactcenter.feed import frames
from contactcenter.feed.frames import EventBody, Refusal, Result

_ADDRESS: Final = "/api/v1/feed"
_ALL: Final = (*frames.COMMANDS, *frames.SENT)
_ANSWERS: Final = (Result, Refusal)
_TOLD: Final = tuple(frame for frame in frames.SENT if frame not in _ANSWERS)

_DESCRIPTION: Final = """\
Every event, once and in order, to everybody who may know of it.

1. Open the socket with the session cookie and an Origin that is ours or allowed by the settings, or
   with `Authorization: Bearer …`, or send `authenticate` as the first frame within 10 seconds.
2. Send `subscribe`. Without a cursor, events follow from now on: subscribe first, read the lists by
   REST then, and ignore events whose `version` is not above that of the ticket you have. With the
   last cursor you got, everything you missed comes first.
3. After `resync` the cursor was too old: read everything anew; events follow all the same.

The order is the same for everybody and complete, but it does not follow cause and effect strictly:
go by the ticket's `version`. Who may see an event is judged when it is delivered: who may read a
ticket today gets its past on resuming. An agent named by an event gets it in any case, so that what
is taken from him leaves his screen; `gone` tells the others.

A frame of the client has at most 64 KB, and at most 20 come in a second. The server pings every 25
seconds; an open socket keeps its agent signed on.

`signal` tells of a web chat's visitor what is over in a moment. It has no cursor: signals are not
stored, and are lost with the socket. `typing` and `read` tell the visitor the like of an agent."""


@lru_cache(maxsize=4)
def document(public_url: str, cookie_name: str) -> bytes:
    """The document as JSON; ``public_url`` is where the world reaches us."""
    url = urlsplit(public_url)
    server = {
        "host": url.netloc,
        "protocol": "wss" if url.scheme == "https" else "ws",
        "security": [
            {"$ref": "#/components/securitySchemes/session"},
            {"$ref": "#/components/securitySchemes/token"},
        ],
    }
    content = {
        "asyncapi": "3.0.0",
        "info": {"title": "contactcenter feed", "version": "1", "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {"contactcenter": server},
        "channels": {"feed": _channel()},
        "operations": {
            "takeCommand": _operation("receive", frames.COMMANDS, answers=_ANSWERS),
            "tell": _operation("send", _TOLD),
        },
        "components": {
            "messages": {frame.__name__: _message(frame) for frame in _ALL},
            "schemas": _schemas(),
            "securitySchemes": _security_schemes(cookie_name),
        },
    }
    return msgspec.json.encode(content)


def _channel() -> dict[str, Any]:
    closings = "\n".join(f"- {code}: {why}" for code, why in frames.CLOSINGS.items())
    return {
        "address": _ADDRESS,
        "description": f"One JSON object a frame. The socket is closed with:\n\n{closings}",
        "messages": {frame.__name__: _ref("messages", frame.__name__) for frame in _ALL},
        "bindings": {"ws": {"method": "GET"}},
    }


def _operation(
    action: str, messages: Sequence[type[Struct]], answers: Sequence[type[Struct]] = ()
) -> dict[str, Any]:
    """``action`` is ours: we receive commands and send the rest."""
    channel = {"$ref": "#/channels/feed"}
    operation: dict[str, Any] = {
        "action": action,
        "channel": channel,
        "messages": [_in_channel(message) for message in messages],
    }
    if answers:
        operation["reply"] = {
            "channel": channel,
            "messages": [_in_channel(message) for message in answers],
        }
    return operation


def _message(frame: type[Struct]) -> dict[str, Any]:
    said = inspect.cleandoc(frame.__doc__ or "").replace("``", "`")
    return {
        "name": str(frame.__struct_config__.tag),
        "title": frame.__name__,
        "summary": said.partition("\n\n")[0].replace("\n", " "),
        "payload": _ref("schemas", frame.__name__),
    }


def _schemas() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(_ALL, ref_template="#/components/schemas/{name}")
    kinds = "\n".join(f"- `{kind}`: {when}" for kind, when in events.KINDS.items())
    kind = schemas[EventBody.__name__]["properties"]["kind"]
    kind["enum"] = list(events.KINDS)
    kind["description"] = f"What happened:\n\n{kinds}"
    for answer in _ANSWERS:
        schemas[answer.__name__]["required"].append("success")  # it is always sent
    for schema in schemas.values():
        schema["description"] = schema["description"].replace("``", "`")
    codes = "\n".join(f"- `{code}`: {why}" for code, why in frames.ERRORS.items())
    schemas[frames.Refused.__name__]["properties"]["code"]["description"] = codes
    return schemas


def _security_schemes(cookie_name: str) -> Mapping[str, Any]:
    return {
        "session": {
            "type": "httpApiKey",
            "in": "cookie",
            "name": cookie_name,
            "description": "With an Origin that is ours or allowed by the settings.",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "In the handshake, or in the first frame as `authenticate`.",
        },
    }


def _in_channel(message: type[Struct]) -> dict[str, str]:
    return {"$ref": f"#/channels/feed/messages/{message.__name__}"}


def _ref(group: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{group}/{name}"}
