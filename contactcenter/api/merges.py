"""Merges: two contacts turn out to be one person, or not after all."""

from msgspec import Struct

from contactcenter import merge_undoing, merges
from contactcenter.access.actor import Role
from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.contacts import contacts
from contactcenter.merge_values import Merge


class NewMerge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contact that becomes part of the one in the path.

    With ``accept_unverified`` the caller answers for it that whoever wrote mails from addresses
    that were never verified is this person.
    """

    contact_id: Id
    accept_unverified: bool = False


@operation("GET", "/contacts/{contact_id}/merges", tag="merges", roles=AGENT, via="read")
async def list_merges(call: Call, contact_id: int) -> list[Merge]:
    """List what was merged into a contact, the newest first, and what was undone of it."""
    await contacts.find(call.conn, contact_id)
    return await merges.of_contact(call.conn, contact_id)


@operation(
    "POST",
    "/contacts/{contact_id}/merges",
    tag="merges",
    roles=AGENT,
    via="dispatch",
    status=201,
)
async def merge_contacts(call: Call, contact_id: int, body: NewMerge) -> Merge:
    """Make another contact part of this one: addresses, timeline, tickets, what is said of him.

    It can be undone. Of two open tickets at one entry point's queue the older takes the next
    message. An agent needs to be allowed to read every ticket of both; a supervisor does not.

    Where mails came from an address and none of them was verified (DMARC), it is answered 409
    `senders_not_verified` with `identity_ids`, unless `accept_unverified` is given.
    """
    return await merges.merge(
        call.conn,
        call.now,
        contact_id,
        body.contact_id,
        actor=call.actor.reference,
        must_read_as=_must_read_as(call),
        accept_unverified=body.accept_unverified,
    )


@operation(
    "POST", "/merges/{merge_id}/undoings", tag="merges", roles=AGENT, via="dispatch", status=201
)
async def undo_merge(call: Call, merge_id: int) -> Merge:
    """Make two contacts of the one again.

    What was moved goes back; what came since goes by the address it came from or went to.
    """
    return await merge_undoing.undo(
        call.conn,
        call.now,
        merge_id,
        actor=call.actor.reference,
        must_read_as=_must_read_as(call),
    )


def _must_read_as(call: Call) -> int | None:
    return None if call.actor.is_at_least(Role.SUPERVISOR) else call.actor.user_id
