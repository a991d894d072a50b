"""Draft checks: what to mind in a draft before it goes out, and answers that help with somebody."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import draft_checks, ticket_views
from contactcenter.access.actor import Role
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.contacts import contacts
from contactcenter.draft_checks import DraftCheck


class NewDraftCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is about to be sent; an empty draft is answered with guidance, too."""

    text: Annotated[str, Meta(max_length=10_000)]
    has_files: bool = False


@operation(
    "POST",
    "/tickets/{ticket_id}/draft_checks",
    tag="temperament",
    roles=AGENT,
    via="read",
    scope="read",
    idempotent=False,
)
async def check_draft(call: Call, ticket_id: int, body: NewDraftCheck) -> DraftCheck:
    """Look over a draft of an answer: guidance, warnings with their places, and saved replies.

    Nothing is kept of it, and nothing refused: a reply that goes out all the same is noted with
    the names of the rules it goes against.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await draft_checks.of_ticket(
        call.conn,
        await call.clock(),
        ticket_id,
        body.text,
        has_files=body.has_files,
        agent_id=call.actor.user_id,
        team_ids=_teams(call),
    )


@operation(
    "POST",
    "/contacts/{contact_id}/draft_checks",
    tag="temperament",
    roles=AGENT,
    via="read",
    scope="read",
    idempotent=False,
)
async def check_first_draft(call: Call, contact_id: int, body: NewDraftCheck) -> DraftCheck:
    """Look over a draft to somebody to whom one writes first, before there is a ticket."""
    contact = await contacts.find(call.conn, contact_id)
    return await draft_checks.of_contact(
        call.conn,
        await call.clock(),
        contact.id,
        body.text,
        has_files=body.has_files,
        team_ids=_teams(call),
    )


def _teams(call: Call) -> tuple[int, ...] | None:
    return None if call.actor.is_at_least(Role.ADMIN) else call.actor.team_ids
