"""Whether calls to one of our numbers are recorded, and that nobody is who was not told before.

A call is recorded exactly if its number says so and the announcement is there in the caller's
language. Whoever comes from outside hears it before he enters the room, on whatever way he comes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct, structs

from channels import Play, Say, Script, TakeMessage
from contactcenter import configuration, db
from contactcenter.calls.calls import CHANNEL
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound

#: How long recordings of a number are kept of which nobody said it: long enough for a complaint.
KEEP_DAYS: Final = 90
#: In these the provider writes down what is said.
#: Source: https://www.twilio.com/docs/voice/twiml/record#transcribe
WRITTEN_DOWN: Final = frozenset({"en"})


class Announcement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said in one language: spoken by the provider, or a sound by its https address."""

    say: str | None = None
    play: str | None = None


class Policy(Struct, frozen=True, kw_only=True):
    """What a number says of recordings, as ``recording_policy`` holds it.

    ``resumes_after_s`` ends a pause by itself; None never. ``version`` is 0 as long as nobody has
    said anything.
    """

    entry_point_id: int
    mode: Literal["off", "all"] = "off"
    announcement: Mapping[str, Announcement] = {}
    keep_days: int = KEEP_DAYS
    erases_at_provider: bool = True
    resumes_after_s: int | None = None
    transcribes: bool = False
    version: int = 0


class _Row(Struct, frozen=True, kw_only=True):
    entry_point_id: int
    mode: Literal["off", "all"]
    announcement: dict[str, dict[str, str | None]]
    keep_days: int
    erases_at_provider: bool
    resumes_after_s: int | None
    transcribes: bool
    version: int


class _OfCall(Struct, frozen=True, kw_only=True):
    """A call; ``said`` is what its people hear of it, None where it is not recorded.

    ``is_wanted`` is whether its number wants calls to be recorded now.
    """

    entry_point_id: int
    direction: Literal["inbound", "outbound"]
    language: str | None
    said: list[dict[str, str]] | None
    is_wanted: bool


class NoNumber(Conflict):
    """Nobody calls this address."""

    code = "not_a_telephone_number"


_SQL = db.Statements(__name__)
_find = _SQL.take("find", _Row)
_lock_entry_point = _SQL.take("lock_entry_point", str)
_put = _SQL.take("put", int)
_of_call = _SQL.take("of_call", _OfCall)
_plan = _SQL.command("plan")
_note_told = _SQL.command("note_told")


async def find(conn: Conn, entry_point_id: int) -> Policy:
    """What is in force for a number; where nobody has said anything, nothing is recorded."""
    row = await _find.first(conn, entry_point_id)
    return Policy(entry_point_id=entry_point_id) if row is None else _policy(row)


async def lock(conn: Conn, entry_point_id: int) -> Policy:
    """The same, to show or to change it; raises ``NotFound``."""
    if await _lock_entry_point.first(conn, entry_point_id) is None:
        raise NotFound(f"there is no entry point {entry_point_id}")
    return await find(conn, entry_point_id)


async def put(
    conn: Conn,
    now: datetime,
    before: Policy,
    after: Policy,
    *,
    speaks: Callable[[str], bool],
    actor: str,
) -> Policy:
    """Save an edit of a locked one; calls that run stay as they were told.

    ``speaks`` tells of a language whether the provider has a voice for it. Raises ``NoNumber`` or
    ``BadInput``.
    """
    if await _lock_entry_point.one(conn, after.entry_point_id) != CHANNEL:
        raise NoNumber
    _check(after, speaks)
    same = structs.replace(after, version=before.version)
    if same == before and before.version:
        return before
    version = await _put.one(
        conn,
        after.entry_point_id,
        after.mode,
        {language: structs.asdict(said) for language, said in after.announcement.items()},
        after.keep_days,
        after.erases_at_provider,
        after.resumes_after_s,
        after.transcribes,
    )
    saved = structs.replace(after, version=version)
    first = None if not before.version else before
    changed = configuration.differences(first, saved, untold=("announcement",))
    if before.announcement != saved.announcement:
        changed |= {"announcement": _change(before.announcement, saved.announcement)}
    await configuration.record(
        conn, now, "recording_policy", after.entry_point_id, changed, actor=actor
    )
    return saved


async def announcement(conn: Conn, now: datetime, call_id: int, *, language: str | None) -> Script:
    """What a caller hears before he is let in; nothing where his call is not recorded.

    Notes that he was told. Asked again it says the same, since the first answer may be lost.
    """
    said = await _planned(conn, call_id, language)
    if said:
        await _note_told.run(conn, call_id, now)
    return said


async def at_join(conn: Conn, now: datetime, call_id: int, *, party: str) -> tuple[Script, bool]:
    """What a telephone hears before it enters the room, and whether its room is recorded.

    Every telephone of a call gets the same answer to that, since the provider goes by the first.
    ``party`` is that of its ``call_leg``. Whom we called hears it before he comes in; who called
    us has heard it before he waited, or he is not recorded.
    """
    of_call = await _of_call.one(conn, call_id)
    is_ours_to_tell = of_call.direction == "outbound"
    said = await _planned(conn, call_id, None) if is_ours_to_tell else _script(of_call.said or [])
    if said and party == "customer" and is_ours_to_tell:
        await _note_told.run(conn, call_id, now)
        return said, True
    return (said if party == "number" else ()), bool(said)


async def taking_message(conn: Conn, call_id: int | None) -> TakeMessage:
    """How a message is taken; the provider writes it down where it can, and the number wants it."""
    if call_id is None:
        return TakeMessage(call_id=None)
    of_call = await _of_call.one(conn, call_id)
    policy = await find(conn, of_call.entry_point_id)
    can = of_call.language in WRITTEN_DOWN
    return TakeMessage(call_id=call_id, transcribe=policy.transcribes and can)


async def is_recorded(conn: Conn, call_id: int) -> bool:
    """Whether whoever comes into the room of this call has to be told."""
    return (await _of_call.one(conn, call_id)).said is not None


async def _planned(conn: Conn, call_id: int, language: str | None) -> Script:
    """Decide once for a call whether it is recorded, and in which words this is said."""
    of_call = await _of_call.one(conn, call_id)
    if of_call.said is None and not of_call.is_wanted:
        return ()
    if of_call.said is None:
        policy = await find(conn, of_call.entry_point_id)
        said = _said(policy, language or of_call.language)
        if not said:
            return ()
        await _plan.run(conn, call_id, said)
        of_call = await _of_call.one(conn, call_id)
    return _script(of_call.said or [])


def _said(policy: Policy, language: str | None) -> list[dict[str, str]]:
    """In the caller's language; in all there are where nobody knows it; in no other one."""
    if policy.mode == "off":
        return []
    languages = sorted(policy.announcement) if language is None else [language]
    return [
        {"language": name} | {key: value for key, value in told.items() if value is not None}
        for name in languages
        if (told := structs.asdict(policy.announcement.get(name, Announcement())))
        and any(told.values())
    ]


def _script(said: list[dict[str, str]]) -> Script:
    return tuple(
        Play(url=one["play"]) if "play" in one else Say(text=one["say"], language=one["language"])
        for one in said
    )


def _change(was: Mapping[str, Announcement], becomes: Mapping[str, Announcement]) -> dict[str, Any]:
    """In which languages; the words stand in the table."""
    return {"from": sorted(was), "to": sorted(becomes)}


def _policy(row: _Row) -> Policy:
    told = {name: Announcement(**said) for name, said in row.announcement.items()}
    return Policy(**(structs.asdict(row) | {"announcement": told}))


def _check(policy: Policy, speaks: Callable[[str], bool]) -> None:
    if policy.mode == "all" and not policy.announcement:
        raise BadInput("body.announcement", "Who is recorded is told so first: say in which words.")
    for language, told in policy.announcement.items():
        place = f"body.announcement.{language}"
        if (told.say is None) == (told.play is None):
            raise BadInput(place, "Give either `say` or `play`.")
        if told.say is not None and not speaks(language):
            raise BadInput(
                f"{place}.say",
                f"The provider has no voice for {language}: give `play`, a recording.",
            )
