"""The live feed: every event, once and in order, to every console that may know of it.

``reader`` asks for events in the order in which they may be read, ``reading`` does so for the whole
process, ``visibility`` says who may see which, ``hub`` hands them to the subscribers, ``signals``
does so with what is never stored, and ``feed`` holds the parts together and lets late ones catch
up. Why a cursor is what it is: docs/decisions/0009-feed-order-and-cursor.md.
"""

from contactcenter.feed.cursor import BadCursor, Cursor, Position
from contactcenter.feed.feed import Feed, Status, Subscribed, TooManySockets
from contactcenter.feed.health import Health, health
from contactcenter.feed.limits import Limits
from contactcenter.feed.subscriber import Ending, Line, Subscriber

__all__ = [
    "BadCursor",
    "Cursor",
    "Ending",
    "Feed",
    "Health",
    "Limits",
    "Line",
    "Position",
    "Status",
    "Subscribed",
    "Subscriber",
    "TooManySockets",
    "health",
]
