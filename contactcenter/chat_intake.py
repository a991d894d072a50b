"""What else is stored with some messages, in the transaction that stores them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from channels import Inbound
from contactcenter import chat_lines
from contactcenter.db import Conn


def with_more(came: Sequence[Inbound], stored: Sequence[Inbound]) -> Mapping[int, Inbound]:
    """The messages with which more is stored, by place in ``stored``, in the order they came."""
    place = {id(item): n for n, item in enumerate(stored)}
    return {place[id(i)]: i for i in came if id(i) in place and (i.consent or i.said)}


async def store(conn: Conn, now: datetime, said: Sequence[tuple[int, Inbound]]) -> list[int]:
    """Put messages into their visitors' lines: (interaction id, message) in order of arrival.

    Messages of other channels are passed over. Returns the visitors who have new lines: tell their
    rooms after the commit.
    """
    spoken = [
        chat_lines.Spoken(
            address=item.sender.value, interaction_id=interaction_id, client_id=item.said.client_id
        )
        for interaction_id, item in said
        if item.said is not None
    ]
    return await chat_lines.add_spoken(conn, now, spoken) if spoken else []
