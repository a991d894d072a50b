"""What the events of a ticket amount to: facts that can be counted, each told once.

Everything here is a pure function of events. Whoever has them, in whatever order they came and
however often, gets the same facts; so a report can be checked by hand, kept up to date piece by
piece, and made anew from the beginning, and all three agree.
"""

from contactcenter.history.agents import facts_of_agent
from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact, Kind
from contactcenter.history.tickets import facts_of_ticket

__all__ = ["Entry", "Fact", "Id", "Kind", "facts_of_agent", "facts_of_ticket"]
