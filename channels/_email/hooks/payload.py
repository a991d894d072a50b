"""What the providers' hooks have in common: a request, what it tells, and who looks at it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from aiohttp import web
from msgspec import Struct, field


class Posted(Struct, frozen=True, kw_only=True):
    """A request as it came; ``content_type`` is whole, ``headers`` are by lower-case name."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Payload(Struct, frozen=True, kw_only=True):
    """What a request tells, before it is believed.

    ``mail`` are the bytes of the mail as it came to the provider, None where they are not there:
    then ``reason`` and ``detail`` say why, as in ``Unreadable``. ``envelope_sender`` is empty for
    the null reverse path and None where nothing is told. ``proof`` is what the provider adds to be
    believed.
    """

    recipients: tuple[str, ...] = ()
    mail: bytes | None = None
    envelope_sender: str | None = None
    received_at: datetime | None = None
    reason: str = "missing_mail"
    detail: str = ""
    proof: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """Who posts mails to us: how to read what it posts, and when to believe it."""

    #: A word; the last part of the hook's path, and the name of this way in.
    name: str
    #: The setting with the keys it is believed by.
    key: str
    #: A larger body is none of its.
    most_bytes: int
    #: What makes it try again where we do not believe it.
    forged: HTTPStatus

    def may_be_authentic(self, headers: Mapping[str, str], keys: Sequence[str]) -> bool:
        """Whether the headers alone rule it out, so that the body need not be read."""
        ...

    def understood(self, posted: Posted) -> Payload:
        """What the request tells; whatever it holds, there is an answer."""
        ...

    async def is_authentic(self, posted: Posted, payload: Payload, keys: Sequence[str]) -> bool:
        """Whether one of the keys vouches for the request.

        Raises ``Unavailable`` where that cannot be told now.
        """
        ...

    async def answered(self, posted: Posted, payload: Payload) -> web.Response | None:
        """The answer to an authentic request that brings no mail and is not meant to."""
        ...

    def note_stored(self, payload: Payload) -> None:
        """Remember what was stored, where that helps to tell a repetition."""
        ...
