"""Which ticket a mail belongs to, by what is known of it: nothing here reads or writes.

The order of the decisions, and what a stranger is: docs/decisions/0027-mail-threads.md.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec import Struct

from channels import Address, MailKind
from contactcenter.mails.mail_classes import TREATMENTS, Treatment

#: By what a mail shows its ticket, the strongest first: a reply address that we made, a mail of
#: ours that it answers, a mail of a customer that it answers, a number in its subject.
BY_ADDRESS: Final = 1
BY_OURS: Final = 2
BY_THEIRS: Final = 3
BY_NUMBER: Final = 4
#: More new tickets of one correspondent at one entry point within an hour are a loop or a flood.
NEW_TICKETS_PER_HOUR: Final = 3


class Author(Struct, frozen=True, kw_only=True):
    """Who wrote; the ids are None where nobody is known by the address."""

    address: Address
    contact_id: int | None = None
    identity_id: int | None = None


class Candidate(Struct, frozen=True, kw_only=True, order=True):
    """A ticket that a mail names, and how; the least comes first. ``rank`` counts within a step."""

    step: int
    rank: int
    ticket_id: int


class NewMail(Struct, frozen=True, kw_only=True):
    """A mail to be placed, one of a batch: ``n`` is its place there.

    ``accepted`` is what a person decided: it belongs to the ticket named first, or to none.
    ``answers`` are the ids of mails it answers, the nearest first.
    """

    n: int
    kind: MailKind
    entry_point_id: int
    author: Author
    subject: str = ""
    message_id: str | None = None
    answers: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    accepted: bool = False

    @property
    def treatment(self) -> Treatment:
        """What its class decides."""
        return TREATMENTS[self.kind]


class Named(Struct, frozen=True, kw_only=True):
    """A ticket that mails of the batch name, as it is now; ``is_over``: too late to come back.

    ``successor_id`` is what its contact's mail opened instead, and is not over.
    """

    id: int
    contact_id: int
    is_over: bool
    successor_id: int | None = None


class History(Struct, frozen=True, kw_only=True):
    """The tickets of an author: the last of all, and the newest unsolved one at the entry point.

    ``opened_ids`` are those that his own mails opened there within the hour, the newest last.
    """

    last_id: int | None = None
    unsolved_id: int | None = None
    opened_ids: Sequence[int] = ()


class Joined(Struct, frozen=True, kw_only=True):
    """It belongs to this ticket; below 0 it is the one that mail ``-ticket_id - 1`` opens."""

    ticket_id: int


class Opened(Struct, frozen=True, kw_only=True):
    """It opens a ticket, which follows that one; below 0 as above.

    ``continues``: it answers what is over, and so do others of its thread.
    """

    follows_id: int | None
    continues: bool = False


class Held(Struct, frozen=True, kw_only=True):
    """It waits for a person; ``ticket_id`` is where it would belong, below 0 as above."""

    reason: str
    detail: str
    ticket_id: int | None = None


Placement = Joined | Opened | Held
#: An author at an entry point.
Correspondent = tuple[Address, int]


class Placer:
    """Places the mails of a batch in their order: a later one may answer an earlier one.

    ``tickets`` are all that the mails name, ``participants`` who of the batch is known to which of
    them besides its contact (place in the batch and ticket), ``histories`` of authors who are
    known.
    """

    def __init__(
        self,
        tickets: Mapping[int, Named],
        participants: Collection[tuple[int, int]],
        histories: Mapping[Correspondent, History],
    ) -> None:
        self._tickets = tickets
        self._participants = participants
        self._histories = histories
        self._opened: dict[Correspondent, list[int]] = {}
        self._wrote: dict[int, list[Author]] = {}
        self._placed: dict[str, int] = {}
        self._successors: dict[tuple[int, Address], int] = {}

    def place(self, mail: NewMail) -> Placement:
        """Decide, and remember what was decided for the mails after it."""
        placement = self._decided(mail)
        if isinstance(placement, Opened):
            ticket_id = -mail.n - 1
            self._opened.setdefault(_correspondent(mail), []).append(ticket_id)
            if placement.continues and placement.follows_id is not None:
                self._successors[placement.follows_id, mail.author.address] = ticket_id
        elif isinstance(placement, Joined):
            ticket_id = placement.ticket_id
        else:
            return placement
        self._wrote.setdefault(ticket_id, []).append(mail.author)
        if mail.message_id:
            self._placed.setdefault(mail.message_id, ticket_id)
        return placement

    def _decided(self, mail: NewMail) -> Placement:
        named = self._named(mail)
        if mail.treatment.held_as is not None and not mail.accepted:
            return self._not_by_correspondent(mail.treatment, mail.treatment.held_as, named)
        known = next((c for c in named if mail.accepted or self._knows(mail, c.ticket_id)), None)
        if known is not None:
            return self._in_thread(mail, known.ticket_id)
        if named:
            detail = (
                "It names a ticket of somebody else, and its author was never written to there."
            )
            return Held(reason="stranger_in_thread", detail=detail, ticket_id=named[0].ticket_id)
        return self._without_thread(mail)

    def _not_by_correspondent(
        self, treatment: Treatment, held_as: str, named: Sequence[Candidate]
    ) -> Placement:
        """By a mail of ours that it tells of, whoever wrote it; a mail of our own by nothing."""
        if not treatment.matches_only_ours:
            return Held(reason=held_as, detail="It is a mail of ours that came back.")
        ours = next((c for c in named if c.step in {BY_ADDRESS, BY_OURS}), None)
        if ours is not None:
            return Joined(ticket_id=ours.ticket_id)
        detail = "It tells of a mail that is not known to be ours."
        return Held(reason=held_as, detail=detail)

    def _named(self, mail: NewMail) -> list[Candidate]:
        """What it names, also by mails of this batch, the strongest first."""
        of_batch = [
            Candidate(step=BY_THEIRS, rank=rank, ticket_id=self._placed[message_id])
            for rank, message_id in enumerate(mail.answers)
            if message_id in self._placed
        ]
        return sorted([*mail.candidates, *([] if mail.accepted else of_batch)])

    def _knows(self, mail: NewMail, ticket_id: int) -> bool:
        """Whether the author is the ticket's contact, or somebody we wrote to there.

        Of a ticket that no mail of the batch names, such as one that it opens or one that follows
        what is over: whether he has just written there.
        """
        author = mail.author
        if author.address.kind != "email":
            return False
        named = self._tickets.get(ticket_id)
        if named is None:
            return any(_is_one(author, by) for by in self._wrote[ticket_id])
        return author.contact_id == named.contact_id or (mail.n, ticket_id) in self._participants

    def _in_thread(self, mail: NewMail, ticket_id: int) -> Placement:
        named = self._tickets.get(ticket_id)
        if named is None or not named.is_over or not mail.treatment.counts:
            return Joined(ticket_id=ticket_id)
        successor_id = self._successors.get((ticket_id, mail.author.address))
        if successor_id is None and mail.author.contact_id == named.contact_id:
            successor_id = named.successor_id
        if successor_id is not None:
            return Joined(ticket_id=successor_id)
        return self._opening(mail, follows_id=ticket_id, continues=True)

    def _without_thread(self, mail: NewMail) -> Placement:
        history = self._histories.get(_correspondent(mail), History())
        opened = self._opened.get(_correspondent(mail))
        if not mail.treatment.counts and not mail.accepted:
            if opened:
                return Joined(ticket_id=opened[-1])
            if history.unsolved_id is not None:
                return Joined(ticket_id=history.unsolved_id)
        return self._opening(mail, follows_id=opened[-1] if opened else history.last_id)

    def _opening(
        self, mail: NewMail, *, follows_id: int | None, continues: bool = False
    ) -> Placement:
        """A new ticket, or the newest of those that he has opened within the hour: a backstop."""
        history = self._histories.get(_correspondent(mail), History())
        opened = [*history.opened_ids, *self._opened.get(_correspondent(mail), ())]
        if len(opened) >= NEW_TICKETS_PER_HOUR and not mail.accepted:
            return Joined(ticket_id=opened[-1])
        return Opened(follows_id=follows_id, continues=continues)


def _is_one(author: Author, other: Author) -> bool:
    """Whether two are one person, as far as is known."""
    known = author.contact_id is not None and author.contact_id == other.contact_id
    return known or author.address == other.address


def _correspondent(mail: NewMail) -> Correspondent:
    return mail.author.address, mail.entry_point_id
