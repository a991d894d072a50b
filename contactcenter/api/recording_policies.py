"""Whether calls to a number are recorded, what callers are told of it, how long it is kept."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.calls import recording_policies
from contactcenter.calls.recording_policies import KEEP_DAYS, Announcement, Policy
from contactcenter.calls.telephones import telephony_of

_SOUND: Final = r"^(https://[!-~]+|/media/prompts/[A-Za-z0-9_-]{43})\Z"

Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]


class NewAnnouncement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either a text that the provider speaks, or the address of a sound: https, or a prompt."""

    say: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    play: Annotated[str, Meta(max_length=1000, pattern=_SOUND)] | None = None


class NewPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be in force. ``announcement`` is by language, such as `en` and `fa`.

    A caller who chose a language in which nothing is announced is not recorded. ``resumes_after_s``
    ends a pause by itself; without it a pause lasts until somebody ends it.
    """

    mode: Literal["off", "all"]
    announcement: Annotated[Mapping[Language, NewAnnouncement], Meta(max_length=20)] = {}
    keep_days: Annotated[int, Meta(ge=1, le=3650)] = KEEP_DAYS
    erases_at_provider: bool = True
    resumes_after_s: Annotated[int, Meta(ge=30, le=3600)] | None = None
    transcribes: bool = False


@operation(
    "GET",
    "/entry_points/{entry_point_id}/recording",
    tag="recordings",
    roles=SUPERVISOR,
    via="transaction",
)
async def read_recording_policy(call: Call, entry_point_id: int) -> Policy:
    """Read whether calls to a number are recorded; as long as nobody has said so, they are not."""
    return await recording_policies.lock(call.conn, entry_point_id)


@operation(
    "PUT",
    "/entry_points/{entry_point_id}/recording",
    tag="recordings",
    roles=ADMIN,
    via="transaction",
)
async def change_recording_policy(call: Call, entry_point_id: int, body: NewPolicy) -> Policy:
    """Say whether calls to a number are recorded, beginning with the next one.

    Who is recorded is told so first, so `all` needs an announcement. What was recorded before keeps
    its date. An address that nobody calls is answered 409.
    """
    before = await recording_policies.lock(call.conn, entry_point_id)
    call.check_version(before.version)
    after = Policy(
        entry_point_id=entry_point_id,
        mode=body.mode,
        announcement={
            language: Announcement(say=said.say, play=said.play)
            for language, said in body.announcement.items()
        },
        keep_days=body.keep_days,
        erases_at_provider=body.erases_at_provider,
        resumes_after_s=body.resumes_after_s,
        transcribes=body.transcribes,
    )
    return await recording_policies.put(
        call.conn,
        await call.clock(),
        before,
        after,
        speaks=telephony_of(call.services.channels).speaks,
        actor=call.actor.reference,
    )
