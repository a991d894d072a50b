"""What is said to callers, by name and language: texts for the provider's voice, and sounds.

A sound is somewhere else, by its https address, or one of ours. Ours is fetched by the provider at
an address that nobody can guess and that changes with the sound.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import sniffed
from contactcenter import blobs, configuration, db
from contactcenter.calls import voices
from contactcenter.calls.voices import Speaks
from contactcenter.configuration import NameTaken
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound

#: Two minutes as telephones need them are 2 MB; nobody listens to a menu for longer.
MAX_BYTES: Final = 4 * 1024 * 1024
#: Source: https://www.twilio.com/docs/voice/twiml/play#supported-audio-file-types
TYPES: Final = frozenset({"audio/mpeg", "audio/wav"})
#: Longer ones make callers hang up; what a provider takes is 4,096.
MAX_TEXT: Final = 1000
#: Where the provider fetches our sounds.
PATH: Final = "/media/prompts/"
_KEY: Final = "phone_prompt"
#: An MP3 without tags begins with any of these.
_FRAMES: Final = (b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")


class PhonePrompt(Struct, frozen=True, kw_only=True):
    """A row of ``phone_prompt``: a ``text``, the ``url`` of a sound, or a sound of ours.

    ``path`` is where ours is served.
    """

    id: int
    name: str
    language: str
    text: str | None
    url: str | None
    content_type: str | None
    size_bytes: int | None
    path: str | None
    version: int


class Piece(Struct, frozen=True, kw_only=True):
    """What is heard: a text, or a sound by its address or by a path of ours."""

    name: str
    language: str
    text: str | None
    sound: str | None


class Sound(Struct, frozen=True, kw_only=True):
    """A sound as it is served."""

    sha256: bytes
    content_type: str
    size_bytes: int


class PromptInUse(Conflict):
    """A menu says this; ``menus`` names them."""

    code = "prompt_in_use"


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", PhonePrompt)
_pieces = _SQL.take("pieces", Piece)
_find = _SQL.take("find", PhonePrompt)
_lock = _SQL.take("lock", PhonePrompt)
_create = _SQL.take("create", int)
_change = _SQL.command("change")
_remove = _SQL.command("remove")
_used_by = _SQL.take("used_by", str)
_sound = _SQL.take("sound", Sound)
_sound_of = _SQL.take("sound_of", Sound)


async def list_all(conn: Conn) -> list[PhonePrompt]:
    """Every one, by name and language."""
    return await _list_all.all(conn)


async def pieces(conn: Conn) -> list[Piece]:
    """All that can be heard, to speak with."""
    return await _pieces.all(conn)


async def find(conn: Conn, prompt_id: int) -> PhonePrompt:
    """Read one; raises ``NotFound``."""
    return _present(await _find.first(conn, prompt_id), prompt_id)


async def lock(conn: Conn, prompt_id: int) -> PhonePrompt:
    """Read one and lock it; raises ``NotFound``."""
    return _present(await _lock.first(conn, prompt_id), prompt_id)


async def create(
    conn: Conn,
    now: datetime,
    *,
    name: str,
    language: str,
    text: str | None = None,
    url: str | None = None,
    sound: bytes | None = None,
    token: str | None = None,
    speaks: Speaks = voices.own_alone,
    actor: str,
) -> PhonePrompt:
    """Make one of a text, an address or a sound; raises ``BadInput`` or ``NameTaken``.

    ``token`` is by what a sound is fetched: 43 characters that nobody can guess.
    """
    _check_one(text, url, sound)
    _check_spoken(text, language, speaks)
    kept = None if sound is None else await _kept(conn, sound)
    made = await _create.first(conn, name, language, text, url, *_columns(kept, token))
    if made is None:
        raise NameTaken(f"there is a prompt {name} in {language} already", name=name)
    prompt = await find(conn, made)
    await _record(conn, now, prompt.id, None, prompt, actor=actor)
    return prompt


async def change(
    conn: Conn,
    now: datetime,
    before: PhonePrompt,
    *,
    text: str | None = None,
    url: str | None = None,
    sound: bytes | None = None,
    token: str | None = None,
    speaks: Speaks = voices.own_alone,
    actor: str,
) -> PhonePrompt:
    """Let something else be heard at a locked one; raises ``BadInput``."""
    _check_one(text, url, sound)
    _check_spoken(text, before.language, speaks)
    kept = None if sound is None else await _kept(conn, sound)
    await _change.run(conn, before.id, text, url, *_columns(kept, token))
    after = await find(conn, before.id)
    await _record(conn, now, before.id, before, after, actor=actor)
    return after


async def remove(conn: Conn, now: datetime, prompt_id: int, *, actor: str) -> None:
    """Throw one away; raises ``NotFound``, or ``PromptInUse`` where a menu says it by its name."""
    before = await lock(conn, prompt_id)
    menus = await _used_by.all(conn, before.name)
    if menus:
        raise PromptInUse(f"{before.name} is said by {', '.join(menus)}", menus=menus)
    await _remove.run(conn, prompt_id)
    await _record(conn, now, prompt_id, before, None, actor=actor)


async def sound_of(conn: Conn, token: str) -> Sound | None:
    """What a token opens to whoever has it."""
    return await _sound.first(conn, token)


async def content_of(conn: Conn, prompt_id: int) -> tuple[bytes, str]:
    """A sound of ours and its type; raises ``NotFound``, also for what is no sound of ours."""
    sound = await _sound_of.first(conn, prompt_id)
    if sound is None:
        raise NotFound(f"there is no recording of prompt {prompt_id} here")
    return await blobs.content(conn, sound.sha256), sound.content_type


async def _kept(conn: Conn, sound: bytes) -> Sound:
    if not sound or len(sound) > MAX_BYTES:
        raise BadInput("body", f"A sound has 1 to {MAX_BYTES} bytes; this has {len(sound)}.")
    content_type = "audio/mpeg" if sound.startswith(_FRAMES) else sniffed(sound)
    if content_type not in TYPES:
        raise BadInput(
            "body", f"This is neither a WAV nor an MP3 file: it looks like {content_type}."
        )
    sha256 = await blobs.store(conn, sound)
    return Sound(sha256=sha256, content_type=content_type, size_bytes=len(sound))


def _columns(kept: Sound | None, token: str | None) -> tuple[bytes | str | int | None, ...]:
    if kept is None:
        return (None, None, None, None)
    return (kept.sha256, kept.content_type, kept.size_bytes, token)


def _check_one(text: str | None, url: str | None, sound: bytes | None) -> None:
    if sum(one is not None for one in (text, url, sound)) != 1:
        raise BadInput("body", "Give one of them: a text, or the address of a sound.")


def _check_spoken(text: str | None, language: str, speaks: Speaks) -> None:
    if text is not None and not speaks(language):
        raise BadInput("body.text", f"There is no voice for {language}: give a recording.")


async def _record(
    conn: Conn,
    now: datetime,
    prompt_id: int,
    before: PhonePrompt | None,
    after: PhonePrompt | None,
    *,
    actor: str,
) -> None:
    """The words stand in the table, and where a sound is fetched is for the provider alone."""
    changed = configuration.differences(before, after, sized=("text", "url"), untold=("path",))
    if before is not None and after is not None and before.path != after.path:
        changed |= {"sound": {"from": before.size_bytes, "to": after.size_bytes}}
    await configuration.record(conn, now, _KEY, prompt_id, changed, actor=actor)


def _present(prompt: PhonePrompt | None, prompt_id: int) -> PhonePrompt:
    if prompt is None:
        raise NotFound(f"there is no prompt {prompt_id}")
    return prompt
