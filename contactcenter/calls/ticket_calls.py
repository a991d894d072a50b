"""The live call of a ticket, as the console shows it beside everything else of it."""

from datetime import datetime

from msgspec import Struct

from contactcenter.calls.call_transfers import State as TransferState
from contactcenter.calls.calls import Direction, State


class OpenTransfer(Struct, frozen=True, kw_only=True):
    """The call is being handed on: ``agent_id`` is asked or consulted and reads ``note``."""

    id: int
    state: TransferState
    is_warm: bool
    from_agent_id: int
    from_agent_name: str
    agent_id: int | None
    agent_name: str | None
    to_number: str | None
    note: str | None


class TicketCall(Struct, frozen=True, kw_only=True):
    """A call that is live: since when, and since when somebody talks with the customer."""

    id: int
    direction: Direction
    state: State
    is_held: bool
    began_at: datetime
    answered_at: datetime | None
    transfer: OpenTransfer | None
