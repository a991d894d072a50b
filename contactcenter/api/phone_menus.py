"""Phone menus: what callers hear and where each of their answers leads."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import phone_menu_trials
from contactcenter.api.inputs import Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.calls import menus, voices
from contactcenter.calls.menus import PhoneMenu
from contactcenter.phone_menu_trials import MOST_ENTRIES, Entered, Trial

_Tree = Annotated[
    dict[str, Any],
    Meta(
        max_length=10,
        description="`start`, `languages`, `nodes` by name and `waiting`; docs/phone.md shows one.",
    ),
]
_Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]


class NewPhoneMenu(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A menu; numbers name it by its id in ``phone_menu_id``."""

    name: Line
    tree: _Tree


class PhoneMenuChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. A tree is replaced as a whole."""

    name: Line | UnsetType = UNSET
    tree: _Tree | UnsetType = UNSET


class NewWalk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller enters at one question after the other, and what he speaks.

    With a ``tree`` that one is tried instead of the menu as it is kept.
    """

    entries: Annotated[list[Entered], Meta(max_length=MOST_ENTRIES)] = []
    language: _Language | None = None
    tree: _Tree | None = None


@operation("GET", "/phone_menus", tag="phone_menus", roles=AGENT, via="read")
async def list_phone_menus(call: Call) -> list[PhoneMenu]:
    """List the menus, by name."""
    return await menus.list_all(call.conn)


@operation("GET", "/phone_menus/{menu_id}", tag="phone_menus", roles=AGENT, via="read")
async def find_phone_menu(call: Call, menu_id: int) -> PhoneMenu:
    """Read one menu."""
    return await menus.find(call.conn, menu_id)


@operation("POST", "/phone_menus", tag="phone_menus", roles=ADMIN, via="transaction", status=201)
async def create_phone_menu(call: Call, body: NewPhoneMenu) -> PhoneMenu:
    """Write a menu.

    One in which callers could get lost is refused: a key that leads nowhere, a node that nothing
    leads to, a way round in circles for who presses nothing, a language in which nothing is heard.
    ``field`` names the first such place, ``problems`` all of them.
    """
    return await menus.create(
        call.conn,
        await call.clock(),
        name=body.name.strip(),
        tree=body.tree,
        speaks=voices.of(call.services.channels),
        actor=call.actor.reference,
    )


@operation("PATCH", "/phone_menus/{menu_id}", tag="phone_menus", roles=ADMIN, via="transaction")
async def change_phone_menu(call: Call, menu_id: int, body: PhoneMenuChange) -> PhoneMenu:
    """Edit a menu; callers who are in it go on in the new one."""
    before = await menus.lock(call.conn, menu_id)
    call.check_version(before.version)
    return await menus.change(
        call.conn,
        await call.clock(),
        before,
        name=before.name if body.name is UNSET else body.name.strip(),
        tree=before.tree if body.tree is UNSET else body.tree,
        speaks=voices.of(call.services.channels),
        actor=call.actor.reference,
    )


@operation("DELETE", "/phone_menus/{menu_id}", tag="phone_menus", roles=ADMIN, via="transaction")
async def remove_phone_menu(call: Call, menu_id: int) -> None:
    """Throw a menu away; 409 ``phone_menu_in_use`` as long as a number has it."""
    await menus.remove(call.conn, await call.clock(), menu_id, actor=call.actor.reference)


@operation(
    "POST",
    "/phone_menus/{menu_id}/walks",
    tag="phone_menus",
    roles=AGENT,
    via="read",
    scope="read",
    idempotent=False,
)
async def try_phone_menu(call: Call, menu_id: int, body: NewWalk) -> Trial:
    """Hear what a caller would hear who enters this: nobody is called, nothing is kept.

    It is taken for granted that it is open, not full, and somebody is there.
    """
    menu = await menus.find(call.conn, menu_id)
    return await phone_menu_trials.tried(
        call.conn,
        menu.tree if body.tree is None else body.tree,
        body.entries,
        body.language,
        speaks=voices.of(call.services.channels),
    )
