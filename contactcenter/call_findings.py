"""What is wrong with our numbers, menus and agents' telephones, and what to do about it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec import Struct

from channels import AccountRefused, Channel, SendFailure, Telephony
from contactcenter import db
from contactcenter.administration import entry_points
from contactcenter.administration.entry_points import EntryPoint
from contactcenter.calls import menus, sentences
from contactcenter.calls.calls import CHANNEL
from contactcenter.calls.dial_guard import DialGuard
from contactcenter.calls.menus import PhoneMenu
from contactcenter.db import Conn
from contactcenter.finding import Finding, failure, ok, warning
from routing.calls import menu_reading
from routing.calls.menus import Tree

#: What the provider is asked once: longer than one request to it may take.
ASK_DEADLINE_S: Final = 12.0
#: A telephone that nobody has: whoever answers that there is none of this id knows our account.
_NO_TELEPHONE: Final = "none"
_SHOWN: Final = 5


class _Phone(Struct, frozen=True, kw_only=True):
    email: str
    address: str


class _Staff(Struct, frozen=True, kw_only=True):
    """Who serves a queue that callers come to, by whether he has a telephone."""

    queue: str
    with_phone: int
    without: list[str]


_SQL = db.Statements(__name__)
_phones = _SQL.take("phones", _Phone)
_staff = _SQL.take("staff", _Staff)


async def look(conn: Conn, channels: Mapping[str, Channel], guard: DialGuard) -> list[Finding]:
    """Everything; nothing where no number of ours is a telephone's."""
    channel = channels.get(CHANNEL)
    if channel is None or (telephony := channel.telephony) is None:
        return []
    numbers = [one for one in await entry_points.list_all(conn) if one.channel == CHANNEL]
    if not numbers:
        return []
    asked = await _menus(conn, numbers)
    return [
        *await _accounts(channel, telephony, numbers),
        *await _numbers(conn, telephony, numbers),
        *_unheard(telephony, asked),
        *await _staffing(conn, numbers, asked),
        *_unreachable(await _phones.all(conn), guard, numbers),
    ]


async def _accounts(
    channel: Channel, telephony: Telephony, numbers: Sequence[EntryPoint]
) -> list[Finding]:
    """Ask the provider once in the name of each account."""
    if channel.missing:
        return []
    findings, asked = [], set()
    for one in numbers:
        try:
            account = channel.account(one.address)
            if account in asked:
                continue
            asked.add(account)
            async with asyncio.timeout(ASK_DEADLINE_S):
                await telephony.look(one.address, _NO_TELEPHONE)
        except AccountRefused as error:
            advice = (
                "put it right at the provider, or correct its SID and token: until then no call "
                "comes in or goes out"
            )
            findings.append(failure(f"account of {one.address}", str(error), advice))
        except (SendFailure, TimeoutError) as error:
            detail = f"the provider does not answer: {str(error) or type(error).__name__}"
            advice = "its status page; does this machine reach it by https?"
            findings.append(warning(f"account of {one.address}", detail, advice))
        else:
            findings.append(ok(f"account of {one.address}", "the provider knows it"))
    return findings


async def _numbers(
    conn: Conn, telephony: Telephony, numbers: Sequence[EntryPoint]
) -> list[Finding]:
    findings = []
    for one in numbers:
        to_do = telephony.set_up(language=one.language, options=one.options)
        advice = f"`contactcenter entry-point set {one.channel}:{one.address} …`"
        findings += [warning(f"number {one.address}", lack, advice) for lack in to_do.lacks]
        if one.language is None or telephony.speaks(one.language):
            continue
        if missing := await sentences.missing(conn, one.language):
            lack = f"callers do not hear, in {one.language}: {', '.join(missing)}"
            advice = "upload recordings as prompts of these names: docs/phone.md"
            findings.append(warning(f"number {one.address}", lack, advice))
    return findings


async def _menus(conn: Conn, numbers: Sequence[EntryPoint]) -> list[tuple[PhoneMenu, Tree]]:
    """The menus that callers meet."""
    used = {one.phone_menu_id for one in numbers}
    return [
        (menu, menu_reading.read(menu.tree).tree)
        for menu in await menus.list_all(conn)
        if menu.id in used
    ]


def _unheard(telephony: Telephony, met: Collection[tuple[PhoneMenu, Tree]]) -> list[Finding]:
    """Languages in which callers are asked to speak and nobody understands them."""
    findings = []
    for menu, tree in met:
        deaf = [language for language in tree.languages if not telephony.hears(language)]
        nodes = [node.name for node in tree.nodes.values() if node.speech]
        if deaf and nodes:
            detail = (
                f"{', '.join(nodes)} would hear words, but nobody understands {', '.join(deaf)}: "
                "there only keys count"
            )
            advice = "let its prompts ask for keys in these languages"
            findings.append(warning(f"menu {menu.name}", detail, advice))
    return findings


async def _staffing(
    conn: Conn, numbers: Sequence[EntryPoint], met: Collection[tuple[PhoneMenu, Tree]]
) -> list[Finding]:
    """Whether somebody can be called in each queue that callers come to."""
    queue_ids = {one.queue_id for one in numbers}
    queue_ids |= {n.queue_id for _, tree in met for n in tree.nodes.values() if n.queue_id}
    advice = "say where calls ring: `contactcenter user phone EMAIL ADDRESS`"
    findings = []
    for staff in await _staff.all(conn, sorted(queue_ids)):
        about = f"telephones of {staff.queue}"
        if not staff.with_phone:
            detail = "no agent can be called: its callers hear that nobody is there"
            findings.append(warning(about, detail, advice))
        elif staff.without:
            detail = f"none for {_some(staff.without)}, who are asked about no calls"
            findings.append(ok(about, detail))
    return findings


def _unreachable(
    phones: Sequence[_Phone], guard: DialGuard, numbers: Sequence[EntryPoint]
) -> list[Finding]:
    """Whose telephone some number of ours may not call: he misses its calls and hears nothing."""
    findings = []
    advice = (
        "allow the number's beginning, or @HOST, in CONTACTCENTER_DIAL_PREFIXES, or `contactcenter "
        "user phone EMAIL client:NAME`"
    )
    for one in phones:
        barred = [
            ours.address
            for ours in numbers
            if guard.refusal(one.address, entry_point=ours.address) is not None
        ]
        if barred:
            which = "any of our numbers" if len(barred) == len(numbers) else _some(barred)
            detail = f"calls to {which} never ring there: it may not be dialled"
            findings.append(warning(f"telephone of {one.email}", detail, advice))
    return findings


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
