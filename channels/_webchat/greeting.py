"""Who says hello: by the secret his browser kept, and by what the host site signed for him."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from channels._chat import Attested, ChatRefused, Chatroom, Guest
from channels._webchat.frames import Hello, IdentityProblem

#: Who a visitor is by what the host site signed for him at a widget, or why it does not tell.
Attest = Callable[[str, str], Attested | Literal["expired", "invalid"]]


class Greeted(Struct, frozen=True, kw_only=True):
    """Who it is. ``attested`` waits for his first message: nothing is stored of him before."""

    guest: Guest
    attested: Attested | None = None
    problem: IdentityProblem | None = None


async def greeted(room: Chatroom, attest: Attest, hello: Hello) -> Greeted:
    """Find out who comes; where the host's word does not count, he goes on as who he is here."""
    guest = await room.greet(hello.entry_point, hello.token)
    if hello.identity is None:
        return Greeted(guest=guest)
    attested = attest(hello.entry_point, hello.identity)
    if not isinstance(attested, Attested):
        return Greeted(guest=guest, problem=attested)
    if not guest.is_known:
        return Greeted(guest=guest, attested=attested)
    try:
        return Greeted(guest=await room.identify(guest, attested))
    except ChatRefused:
        # The browser has changed hands: nobody may read what the other one wrote.
        anew = await room.greet(hello.entry_point, None)
        return Greeted(guest=anew, attested=attested, problem="other_visitor")
