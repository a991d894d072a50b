"""What else is stored with some messages, in the transaction that stores them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from channels import Inbound
from contactcenter.chats import chat_addresses, chat_files, chat_lines, chat_visitors
from contactcenter.db import Conn


def with_more(came: Sequence[Inbound], stored: Sequence[Inbound]) -> Mapping[int, Inbound]:
    """The messages with which more is stored, by place in ``stored``, in the order they came."""
    place = {id(item): n for n, item in enumerate(stored)}
    return {place[id(i)]: i for i in came if id(i) in place and (i.consent or i.said)}


async def store(conn: Conn, now: datetime, said: Sequence[tuple[int, Inbound]]) -> list[int]:
    """Put messages into their visitors' lines, with their files, and call new contacts by name.

    ``said`` has interaction ids and messages in the order they came; those of other channels are
    passed over. Returns the visitors who have new lines: tell their rooms after the commit.
    """
    chats = [(id_, item.sender.value, item.said) for id_, item in said if item.said is not None]
    if not chats:
        return []
    visitors = await chat_visitors.by_address(conn, sorted({address for _, address, _ in chats}))
    if new := [visitor.id for visitor in visitors if visitor.ticket_id is None]:
        await chat_addresses.introduce(conn, now, new)  # contacts are locked before visitors
    spoke = await chat_lines.add_spoken(
        conn,
        now,
        [
            chat_lines.Spoken(
                address=address,
                interaction_id=id_,
                client_id=one.client_id,
                is_left=one.is_left,
            )
            for id_, address, one in chats
        ],
    )
    await chat_files.bind(
        conn,
        [
            chat_files.Sent(interaction_id=id_, address=address, tokens=one.files)
            for id_, address, one in chats
            if one.files
        ],
    )
    return spoke
