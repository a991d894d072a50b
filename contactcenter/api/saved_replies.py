"""Saved replies: answers written once, with places for what differs from ticket to ticket."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import ticket_views
from contactcenter.access.actor import Role
from contactcenter.administration import saved_replies
from contactcenter.administration.saved_replies import PLACEHOLDERS, Language, SavedReply
from contactcenter.api.inputs import Id, Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.partial import edited
from routing.temperament import Label

_Body = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        pattern=r"\S",
        description="May hold " + ", ".join(f"`{{{name}}}`" for name in PLACEHOLDERS) + ".",
    ),
]

#: What a customer might say, as he would.
_Objection = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class SavedReplyQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which ones."""

    language: Language | None = None
    temperament: Label | None = None


class NewSavedReply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to be used often; without a team it is everybody's.

    With a ``temperament`` it is offered with the check of a draft to such a person, first of all
    where he uses the words of the ``objection``.
    """

    title: Line
    language: Language
    body: _Body
    team_id: Id | None = None
    temperament: Label | None = None
    objection: _Objection | None = None


class SavedReplyChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    title: Line | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    body: _Body | UnsetType = UNSET
    team_id: Id | UnsetType | None = UNSET
    temperament: Label | UnsetType | None = UNSET
    objection: _Objection | UnsetType | None = UNSET


class Rendering(Struct, frozen=True, kw_only=True):
    """The text as it would be sent; ``missing`` names what is not known and was left out."""

    text: str
    language: Language
    missing: tuple[str, ...]


@operation("GET", "/saved_replies", tag="saved_replies", roles=AGENT, via="read")
async def list_saved_replies(call: Call, query: SavedReplyQuery) -> list[SavedReply]:
    """List the replies one may use, by title: everybody's and those of one's teams."""
    return await saved_replies.list_all(
        call.conn,
        team_ids=_teams(call),
        language=query.language,
        temperament=query.temperament,
    )


@operation("GET", "/saved_replies/{reply_id}", tag="saved_replies", roles=AGENT, via="read")
async def find_saved_reply(call: Call, reply_id: int) -> SavedReply:
    """Read one reply."""
    return await saved_replies.find(call.conn, reply_id, team_ids=_teams(call))


@operation(
    "POST", "/saved_replies", tag="saved_replies", roles=ADMIN, via="transaction", status=201
)
async def create_saved_reply(call: Call, body: NewSavedReply) -> SavedReply:
    """Write a reply; an unknown placeholder is refused and named."""
    return await saved_replies.create(
        call.conn,
        await call.clock(),
        title=body.title.strip(),
        language=body.language,
        body=body.body,
        team_id=body.team_id,
        temperament=body.temperament,
        objection=body.objection,
        actor=call.actor.reference,
    )


@operation(
    "PATCH", "/saved_replies/{reply_id}", tag="saved_replies", roles=ADMIN, via="transaction"
)
async def change_saved_reply(call: Call, reply_id: int, body: SavedReplyChange) -> SavedReply:
    """Edit a reply."""
    before = await saved_replies.lock(call.conn, reply_id)
    call.check_version(before.version)
    now = await call.clock()
    return await saved_replies.change(
        call.conn, now, before, edited(before, body), actor=call.actor.reference
    )


@operation(
    "DELETE", "/saved_replies/{reply_id}", tag="saved_replies", roles=ADMIN, via="transaction"
)
async def remove_saved_reply(call: Call, reply_id: int) -> None:
    """Throw a reply away; what was sent with it stays."""
    now = await call.clock()
    await saved_replies.remove(call.conn, now, reply_id, actor=call.actor.reference)


@operation(
    "POST",
    "/tickets/{ticket_id}/saved_replies/{reply_id}/rendering",
    tag="saved_replies",
    roles=AGENT,
    via="read",
    scope="read",
    idempotent=False,
)
async def render_saved_reply(call: Call, ticket_id: int, reply_id: int) -> Rendering:
    """Fill a reply in for a ticket: nothing is sent, the text is there to be looked over."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    reply = await saved_replies.find(call.conn, reply_id, team_ids=_teams(call))
    known = await saved_replies.values(call.conn, ticket_id, agent_id=call.actor.user_id)
    text, missing = saved_replies.filled(reply, known)
    return Rendering(text=text, language=reply.language, missing=missing)


def _teams(call: Call) -> tuple[int, ...] | None:
    return None if call.actor.is_at_least(Role.ADMIN) else call.actor.team_ids
