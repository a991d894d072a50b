"""A visitor's message as the app takes it in, and as it is understood again from what was kept."""

from typing import Final

from channels import _chat
from channels._messages import Address, Inbound, Raw, Said, Unreadable
from channels._webchat import wire
from channels._webchat.codes import Declined
from channels._webchat.door import NAME
from channels._webchat.frames import MAX_CHARACTERS, MAX_FILES, Message

_CONTENT_TYPE: Final = "application/json"


def check(message: Message) -> None:
    """Whether a message can be taken in; raises ``Declined``."""
    if len(message.text) > MAX_CHARACTERS:
        raise Declined("too_long", f"A message may have {MAX_CHARACTERS} characters.")
    if len(message.files) > MAX_FILES:
        raise Declined("too_many_files", f"A message may have {MAX_FILES} files.")
    if not message.text.strip() and not message.files:
        raise Declined("empty", "A message has a text or a file.")


def inbound(message: Message, body: bytes, *, entry_point: str, address: str) -> Inbound:
    """What a visitor wrote. The same ``id`` of the same visitor is the same message."""
    return Inbound(
        channel=NAME,
        entry_point=entry_point,
        sender=Address(kind=_chat.KIND, value=address),
        text=message.text,
        raw=Raw(
            body=body,
            content_type=_CONTENT_TYPE,
            headers={"entry_point": entry_point, "address": address},
        ),
        external_id=f"{address}:{message.id}",
        said=Said(client_id=message.id, files=message.files, is_left=message.left),
    )


def read(raw: Raw) -> Inbound | Unreadable:
    """Understand a frame that was kept, as when it came."""
    try:
        frame = wire.decode(raw.body)
        entry_point, address = raw.headers["entry_point"], raw.headers["address"]
        if not isinstance(frame, Message):
            return _unreadable("unknown_type", "The frame is no message.", raw)
        check(frame)
    except KeyError as error:
        return _unreadable("missing_field", f"{error.args[0]} was not kept with it.", raw)
    except wire.OtherVersion:
        return _unreadable("unknown_type", "The frame is no message.", raw)
    except (wire.Unclear, Declined) as error:
        return _unreadable(error.code, str(error), raw)
    return inbound(frame, raw.body, entry_point=entry_point, address=address)


def _unreadable(reason: str, detail: str, raw: Raw) -> Unreadable:
    return Unreadable(channel=NAME, reason=reason, detail=detail, raw=raw)
