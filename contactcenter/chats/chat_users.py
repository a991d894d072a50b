"""What follows from a host site's word for who a visitor of a web chat is: a plan, nothing done.

Nothing that a visitor says himself counts here. A host's user is known by an identity of kind
``site_user``, one for each entry point, so that no host speaks for another's users. What a person
decided stands: contacts that somebody parted stay two, and an address that somebody took away
stays away. Two users of one host stay two, whatever addresses they share.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from channels import Address, ChatRefused

#: The kind of address by which a host's user is known.
USER: Final = "site_user"
#: The kind of address of a visitor: of one browser.
BROWSER: Final = "chat"


class Known(Struct, frozen=True, kw_only=True):
    """An address that a contact is known by.

    ``users`` are the users of this host that the contact is. ``formerly_of`` is the contact from
    whom it was taken, as whom that is now. ``is_only_told``: a visitor told it, and nobody ever
    wrote from it.
    """

    id: int
    contact_id: int
    kind: str
    value: str
    users: list[str]
    formerly_of: int | None
    is_only_told: bool


class Plan(Struct, frozen=True, kw_only=True):
    """What makes a visitor the one his host says.

    ``contact_id`` is who he is, None for somebody new. ``add`` nobody has; ``take`` is with
    somebody who only told it; the contacts of ``merge`` are the same person; the identities of
    ``leave`` are another's all the same.
    """

    contact_id: int | None
    add: tuple[Address, ...] = ()
    take: tuple[Known, ...] = ()
    merge: tuple[int, ...] = ()
    leave: tuple[int, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether it is so already."""
        return not (self.add or self.take or self.merge)


Parted = frozenset[frozenset[int]]


def user_value(entry_point_id: int, user_id: str) -> str:
    """By what a host's user is known: his id means something at one entry point only."""
    return f"{entry_point_prefix(entry_point_id)}{user_id}"


def entry_point_prefix(entry_point_id: int) -> str:
    """How all users of the host at an entry point begin."""
    return f"{entry_point_id}:"


def planned(
    user: Address,
    browser: Address,
    addresses: Sequence[Address],
    known: Sequence[Known],
    parted: Parted,
) -> Plan:
    """What has to be done, from what is known; ``parted`` are pairs that somebody made two again.

    Raises ``ChatRefused`` where the visitor is another user of this host already.
    """
    holders = {Address(kind=one.kind, value=one.value): one for one in known}
    own, seat = holders.get(user), holders.get(browser)
    if seat is not None and _is_anothers(seat, user):
        raise ChatRefused("other_visitor", "This is somebody else's conversation.")
    told = [holders[address] for address in addresses if address in holders]
    apart = parted | {
        frozenset((one.contact_id, one.formerly_of)) for one in known if one.formerly_of is not None
    }
    contact_id = _who(user, own, seat, told, apart)
    same = [] if contact_id is None else [contact_id]
    take, leave = [], []
    for one in [*([] if seat is None else [seat]), *told]:
        if one.contact_id in same:
            continue
        if one.is_only_told:
            take.append(one)
        elif _is_apart(one, same, apart) or _is_anothers(one, user):
            leave.append(one.id)
        else:
            same.append(one.contact_id)
    return Plan(
        contact_id=contact_id,
        add=tuple(a for a in dict.fromkeys((user, browser, *addresses)) if a not in holders),
        take=tuple(take),
        merge=tuple(same[1:]),
        leave=tuple(leave),
    )


def _who(
    user: Address, own: Known | None, seat: Known | None, told: Iterable[Known], apart: Parted
) -> int | None:
    """Which contact he is: the host's user, else the oldest with his address, else the visitor."""
    if own is not None:
        return own.contact_id
    same = [] if seat is None else [seat.contact_id]
    able = [
        one.contact_id
        for one in told
        if not (one.is_only_told or _is_anothers(one, user) or _is_apart(one, same, apart))
    ]
    return min(able, default=next(iter(same), None))


def _is_anothers(one: Known, user: Address) -> bool:
    return bool(one.users) and user.value not in one.users


def _is_apart(one: Known, same: Iterable[int], apart: Parted) -> bool:
    """Whether a person decided that this is not he."""
    return any(frozenset((one.contact_id, contact_id)) in apart for contact_id in same)
