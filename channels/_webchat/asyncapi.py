"""The AsyncAPI 3.0 document of a visitor's socket, made from its frames and its codes.

Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import inspect
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from channels._webchat import codes, frames
from channels._webchat.frames import Ack, Error, Pong, Welcome
from channels._webchat.limits import Limits

PATH: Final = "/hooks/webchat/asyncapi.json"
_ADDRESS: Final = "/hooks/webchat/socket"
_ALL: Final = (*frames.FRAMES, *frames.SENT)
_ANSWERS: Final = (Welcome, Ack, Error, Pong)
_TOLD: Final = tuple(one for one in frames.SENT if one not in _ANSWERS)

_DESCRIPTION: Final = """\
A visitor's conversation, every line once and in order.

1. Open the socket from a page whose origin is on the entry point's list and send `hello` within
   10 seconds. `welcome` says who the visitor is; a browser keeps its token once he has written.
2. Every `message` bears an id of the browser's. `ack` comes when it is stored for good; without
   one, send it again under the same id, on whatever socket: it is the same message.
3. Lines are numbered from 1 without a gap. After a cut, say in `hello` which was the last.

A frame has at most {frame_bytes} bytes and a message at most {characters} characters; {at_once}
frames may come at once and {per_s} in a second. What makes no sense is answered by an `error`, and
the socket is closed at the {bad_frames}. The server pings every {ping_every_s:.0f} seconds."""


@lru_cache(maxsize=4)
def document(public_url: str) -> bytes:
    """The document as JSON; ``public_url`` is where the world reaches us."""
    url = urlsplit(public_url)
    content = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "contactcenter web chat",
            "version": str(frames.VERSION),
            "description": _description(Limits()),
        },
        "defaultContentType": "application/json",
        "servers": {
            "contactcenter": {
                "host": url.netloc,
                "protocol": "wss" if url.scheme == "https" else "ws",
            }
        },
        "channels": {"visitor": _channel()},
        "operations": {
            "takeFrame": _operation("receive", frames.FRAMES, answers=_ANSWERS),
            "tell": _operation("send", _TOLD),
        },
        "components": {
            "messages": {one.__name__: _message(one) for one in _ALL},
            "schemas": _schemas(),
        },
    }
    return msgspec.json.encode(content)


def _description(limits: Limits) -> str:
    return _DESCRIPTION.format(
        frame_bytes=limits.frame_bytes,
        characters=frames.MAX_CHARACTERS,
        at_once=int(limits.frames.at_once),
        per_s=round(1 / limits.frames.every_s),
        bad_frames=f"{limits.bad_frames + 1}th",
        ping_every_s=limits.ping_every_s,
    )


def _channel() -> dict[str, Any]:
    closings = "\n".join(f"- {code}: {why}" for code, why in codes.CLOSINGS.items())
    return {
        "address": _ADDRESS,
        "description": f"One JSON object a frame. The socket is closed with:\n\n{closings}",
        "messages": {one.__name__: _ref("messages", one.__name__) for one in _ALL},
        "bindings": {"ws": {"method": "GET"}},
    }


def _operation(
    action: str, messages: Sequence[type[Struct]], answers: Sequence[type[Struct]] = ()
) -> dict[str, Any]:
    """``action`` is ours: we receive what browsers say and send the rest."""
    channel = {"$ref": "#/channels/visitor"}
    operation: dict[str, Any] = {
        "action": action,
        "channel": channel,
        "messages": [_in_channel(one) for one in messages],
    }
    if answers:
        operation["reply"] = {
            "channel": channel,
            "messages": [_in_channel(one) for one in answers],
        }
    return operation


def _message(frame: type[Struct]) -> dict[str, Any]:
    said = inspect.cleandoc(frame.__doc__ or "")
    return {
        "name": str(frame.__struct_config__.tag),
        "title": frame.__name__,
        "summary": said.partition("\n\n")[0].replace("\n", " "),
        "payload": _ref("schemas", frame.__name__),
    }


def _schemas() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(_ALL, ref_template="#/components/schemas/{name}")
    told = "\n".join(f"- `{code}`: {why}" for code, why in codes.ERRORS.items())
    code = schemas[Error.__name__]["properties"]["code"]
    code["description"] = f"Ours, or what a conversation refuses with:\n\n{told}"
    return dict(schemas)


def _in_channel(message: type[Struct]) -> dict[str, str]:
    return {"$ref": f"#/channels/visitor/messages/{message.__name__}"}


def _ref(group: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{group}/{name}"}
