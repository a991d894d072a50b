"""Callbacks: who is to be called instead of waiting on the line."""

from contactcenter.api.inputs import Id
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.calls import callback_views
from contactcenter.calls.callback_views import CallbackView
from contactcenter.dispatch import calling_back

_CALLBACKS = Cursor("callbacks", tuple[int])


class CallbackQuery(PageQuery, frozen=True, kw_only=True):
    """Which callbacks; ``open``: those that are to be kept yet."""

    open: bool = True
    queue_id: Id | None = None


@operation("GET", "/callbacks", tag="calls", roles=AGENT, via="read")
async def list_callbacks(call: Call, query: CallbackQuery) -> Page[CallbackView]:
    """List who is to be called back, of tickets you may read: since when, in which place."""
    after = _CALLBACKS.read(query.cursor)
    found = await callback_views.page(
        call.conn,
        call.actor.user_id,
        after_id=after[0] if after else 0,
        limit=query.limit + 1,
        is_open=query.open,
        queue_id=query.queue_id,
    )
    return _CALLBACKS.page(found, query.limit, lambda one: (one.id,))


@operation("GET", "/callbacks/{callback_id}", tag="calls", roles=AGENT, via="read")
async def read_callback(call: Call, callback_id: int) -> CallbackView:
    """Read one promise to call back, and what became of it."""
    return await callback_views.find(call.conn, call.actor.user_id, callback_id)


@operation(
    "POST",
    "/callbacks/{callback_id}/cancellations",
    tag="calls",
    roles=AGENT,
    via="dispatch",
    status=201,
)
async def cancel_callback(call: Call, callback_id: int) -> CallbackView:
    """Do not call back: the customer was reached otherwise, or wants it no more.

    His ticket waits like any other. 409 ``callback_is_over`` where it was kept or given up before,
    or he is being called now.
    """
    await callback_views.find(call.conn, call.actor.user_id, callback_id)
    await calling_back.cancel(call.conn, call.now, callback_id, actor=call.actor.reference)
    return await callback_views.find(call.conn, call.actor.user_id, callback_id)
