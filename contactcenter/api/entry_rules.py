"""Entry rules: which queue a new problem enters; the first rule that fits decides."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from contactcenter.activation.recording import recorded
from contactcenter.administration import entry_rules
from contactcenter.administration.entry_rules import EntryTable, WantedRule
from contactcenter.api.inputs import Id
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation


class NewRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. ``condition`` maps attributes to a wanted value, or a list of which one fits.

    Attributes are ``channel``, ``entry_point_id``, ``language``, ``temperament``, ``keyword``
    (whole words or phrases, compared folded), ``category`` (by id; one above it fits, too),
    ``customer_category``, ``contract``, ``value_class`` and ``segment.<kind>`` for any other kind;
    all must fit. ``{"not": …}`` fits what is none of these. An empty condition fits everything and
    can only be the last. With the ``id`` of a rule that is there, it is that rule.
    """

    condition: dict[str, Any]
    queue_id: Id
    id: Id | None = None


@operation("GET", "/entry_rules", tag="entry_rules", roles=SUPERVISOR, via="read")
async def list_entry_rules(call: Call) -> EntryTable:
    """Read the whole table, in order."""
    return await entry_rules.read(call.conn)


@operation("PUT", "/entry_rules", tag="entry_rules", roles=ADMIN, via="dispatch")
async def replace_entry_rules(
    call: Call, body: Annotated[list[NewRule], Meta(max_length=500)]
) -> EntryTable:
    """Make these, in this order, the whole table; it holds for problems that come from now on.

    A rule that could never fit is refused: ``field`` names it, such as
    ``body[2].condition.temperament``.
    """
    wanted = [
        WantedRule(id=rule.id, condition=rule.condition, queue_id=rule.queue_id) for rule in body
    ]
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await entry_rules.replace(
            call.conn,
            call.now,
            wanted,
            version=call.version,
            channels=call.services.channels,
            actor=call.actor.reference,
        )
