"""A call begins with the first hook that tells of a customer's telephone, whichever that is."""

from datetime import datetime
from typing import Final

from channels import CallEvent, CallHook, ForeignHook
from contactcenter import db
from contactcenter.calls import calls, matching
from contactcenter.calls.calls import Call
from contactcenter.db import Conn
from contactcenter.outbound.own_addresses import OwnAddresses
from contactcenter.switchboard.asked import AccountOf

#: What addresses of callers begin with, and their kind; anything else is a short code or a name.
_KINDS: Final = (("+", "phone"), ("sip:", "sip"), ("sips:", "sip"), ("client:", "client"))


_SQL = db.Statements(__name__)
_begin = _SQL.take("begin", Call)


async def begin(
    conn: Conn,
    now: datetime,
    hook: CallHook,
    own_addresses: OwnAddresses,
    account_of: AccountOf,
) -> Call | None:
    """Begin the call that a hook of an unknown telephone tells of; None where it tells of none.

    What was told of that telephone before becomes the call's, and the hook, which is stored.
    Raises ``ForeignHook`` where the number is another account's.
    """
    came = next((e for e in hook.events if e.kind == "began" and e.direction == "inbound"), None)
    if came is None or came.called is None or hook.leg is None or "leg" in hook.query:
        return None
    if account_of(came.called) != hook.account:
        raise ForeignHook
    ours = await own_addresses.find(conn, calls.CHANNEL, came.called)
    kind, value = _caller(came, hook.leg)
    began_at = came.at or came.received_at
    call = await _begin.one(conn, ours.id, kind, value, began_at, hook.leg, now)
    await matching.adopt(conn, call.id, account=hook.account, leg=hook.leg)
    return call


def _caller(came: CallEvent, leg: str) -> tuple[str, str]:
    """Whose address it is; who hides his number is somebody else each time."""
    if not came.caller:
        return "withheld", f"call:{leg}"
    for beginning, kind in _KINDS:
        if came.caller.startswith(beginning):
            return kind, came.caller
    return "sender", came.caller
