"""Tells the rooms of web chats, in all processes, whom to look for."""

from collections.abc import Collection
from typing import Final, Literal

from contactcenter.bell import Bell

#: A NOTIFY has room for so many ids.
_IDS_TOGETHER: Final = 300

#: ``line``: they have new lines, or it stands otherwise with them. ``leaving``: their last socket
#: in a process is closed, and ``here`` that they have one in another.
Kind = Literal["line", "leaving", "here"]


def tell_rooms(bell: Bell, kind: Kind, visitor_ids: Collection[int]) -> None:
    """Tell it of these visitors, after the commit."""
    ids = sorted(visitor_ids)
    for start in range(0, len(ids), _IDS_TOGETHER):
        bell.signal("visitors", {"kind": kind, "visitor_ids": ids[start : start + _IDS_TOGETHER]})
