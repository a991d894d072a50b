"""Prompts: what callers hear by name and language, spoken or recorded."""

import secrets
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter.api.operation import ADMIN, AGENT, Answer, Call, operation
from contactcenter.calls import prompts, voices
from contactcenter.calls.prompts import MAX_BYTES, MAX_TEXT, PhonePrompt

_Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_.]{0,59}\Z",
        description="As menus name it; sentences that every call has are named in docs/phone.md.",
    ),
]
_Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]
_Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT, pattern=r"\S")]
_Url = Annotated[
    str,
    Meta(
        pattern=r"^https://[!-~]{1,1900}\Z",
        description="Where the provider fetches a WAV or an MP3 file.",
    ),
]


class NewPrompt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ``text`` for the provider's voice, or the ``url`` of a sound: one of them."""

    name: _Name
    language: _Language
    text: _Text | None = None
    url: _Url | None = None


class PromptChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is heard instead: a ``text``, or the ``url`` of a sound."""

    text: _Text | UnsetType = UNSET
    url: _Url | UnsetType = UNSET


class NewSound(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which prompt the body is the sound."""

    name: _Name
    language: _Language


@operation("GET", "/prompts", tag="phone_menus", roles=AGENT, via="read")
async def list_prompts(call: Call) -> list[PhonePrompt]:
    """List what callers hear, by name and language."""
    return await prompts.list_all(call.conn)


@operation("GET", "/prompts/{prompt_id}", tag="phone_menus", roles=AGENT, via="read")
async def find_prompt(call: Call, prompt_id: int) -> PhonePrompt:
    """Read one prompt."""
    return await prompts.find(call.conn, prompt_id)


@operation("POST", "/prompts", tag="phone_menus", roles=ADMIN, via="transaction", status=201)
async def create_prompt(call: Call, body: NewPrompt) -> PhonePrompt:
    """Write a prompt, or say where it is to be fetched."""
    return await prompts.create(
        call.conn,
        await call.clock(),
        name=body.name,
        language=body.language,
        text=body.text,
        url=body.url,
        speaks=voices.of(call.services.channels),
        actor=call.actor.reference,
    )


@operation(
    "POST",
    "/prompt_sounds",
    tag="phone_menus",
    roles=ADMIN,
    via="transaction",
    status=201,
    max_bytes=MAX_BYTES,
)
async def upload_prompt(call: Call, query: NewSound, body: bytes) -> PhonePrompt:
    """Upload a recording as a new prompt: the body is a WAV or an MP3 file of up to 4 MiB.

    What it is, its bytes say. The provider fetches it from ``path``, which nobody can guess.
    """
    return await prompts.create(
        call.conn,
        await call.clock(),
        name=query.name,
        language=query.language,
        sound=body,
        token=secrets.token_urlsafe(32),
        actor=call.actor.reference,
    )


@operation("PATCH", "/prompts/{prompt_id}", tag="phone_menus", roles=ADMIN, via="transaction")
async def change_prompt(call: Call, prompt_id: int, body: PromptChange) -> PhonePrompt:
    """Let a text or a sound somewhere else be heard instead; its name and language stay."""
    before = await prompts.lock(call.conn, prompt_id)
    call.check_version(before.version)
    return await prompts.change(
        call.conn,
        await call.clock(),
        before,
        text=None if body.text is UNSET else body.text,
        url=None if body.url is UNSET else body.url,
        speaks=voices.of(call.services.channels),
        actor=call.actor.reference,
    )


@operation(
    "PUT",
    "/prompts/{prompt_id}/sound",
    tag="phone_menus",
    roles=ADMIN,
    via="transaction",
    max_bytes=MAX_BYTES,
)
async def replace_sound(call: Call, prompt_id: int, body: bytes) -> PhonePrompt:
    """Upload what is heard instead; it is at another address from then on."""
    before = await prompts.lock(call.conn, prompt_id)
    call.check_version(before.version)
    return await prompts.change(
        call.conn,
        await call.clock(),
        before,
        sound=body,
        token=secrets.token_urlsafe(32),
        actor=call.actor.reference,
    )


@operation(
    "GET",
    "/prompts/{prompt_id}/sound",
    tag="phone_menus",
    roles=AGENT,
    via="read",
    produces=("audio/mpeg", "audio/wav"),
)
async def read_sound(call: Call, prompt_id: int) -> Answer:
    """Listen to a recording that was uploaded; 404 for what is spoken or is somewhere else."""
    content, content_type = await prompts.content_of(call.conn, prompt_id)
    return Answer(body=content, content_type=content_type)


@operation("DELETE", "/prompts/{prompt_id}", tag="phone_menus", roles=ADMIN, via="transaction")
async def remove_prompt(call: Call, prompt_id: int) -> None:
    """Throw a prompt away; 409 ``prompt_in_use`` as long as a menu says it."""
    await prompts.remove(call.conn, await call.clock(), prompt_id, actor=call.actor.reference)
