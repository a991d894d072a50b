"""The order of decisions about a mail, for whatever is known of it."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from channels import Address
from contactcenter.mail_intake.placing import (
    NEW_TICKETS_PER_HOUR,
    Author,
    Candidate,
    Held,
    History,
    Joined,
    Named,
    NewMail,
    Opened,
    Placement,
    Placer,
)

ENTRY_POINT = 5
TICKETS = range(1, 6)
#: Contacts 1 to 3 have an address each; somebody else is not known at all.
PEOPLE = {n: Address(kind="email", value=f"p{n}@x.test") for n in (1, 2, 3)}
UNKNOWN = Address(kind="email", value="new@x.test")
HIDDEN = Address(kind="withheld", value="email:1")
REPORTS = ("bounce", "receipt", "complaint")

tickets = st.fixed_dictionaries(
    {
        i: st.builds(
            Named,
            id=st.just(i),
            contact_id=st.sampled_from((1, 2, 3)),
            is_over=st.booleans(),
            successor_id=st.sampled_from((None, 7)),
        )
        for i in TICKETS
    }
)
authors = st.sampled_from(
    [
        *(Author(address=a, contact_id=n, identity_id=n) for n, a in PEOPLE.items()),
        Author(address=UNKNOWN),
        Author(address=HIDDEN),
    ]
)
candidates = st.lists(
    st.builds(
        Candidate,
        step=st.integers(1, 4),
        rank=st.integers(0, 3),
        ticket_id=st.sampled_from(TICKETS),
    ),
    max_size=6,
)
kinds = st.sampled_from(["person", "person", "auto_reply", "bulk", *REPORTS, "loop"])
histories = st.builds(
    History,
    last_id=st.sampled_from((None, 1)),
    unsolved_id=st.sampled_from((None, 2)),
    opened_ids=st.lists(st.sampled_from(TICKETS), max_size=4),
)


@st.composite
def batches(draw: Any) -> dict[str, Any]:
    size = draw(st.integers(1, 5))
    mails = [
        NewMail(
            n=n,
            kind=draw(kinds),
            entry_point_id=ENTRY_POINT,
            author=draw(authors),
            message_id=f"m{n}",
            answers=tuple(f"m{k}" for k in draw(st.lists(st.integers(0, size), max_size=2))),
            candidates=tuple(draw(candidates)),
        )
        for n in range(size)
    ]
    pairs = st.tuples(st.integers(0, size - 1), st.sampled_from(TICKETS))
    return {
        "mails": mails,
        "tickets": draw(tickets),
        "participants": draw(st.sets(pairs, max_size=4)),
        "histories": {(a, ENTRY_POINT): draw(histories) for a in (*PEOPLE.values(), UNKNOWN)},
    }


def placed(batch: dict[str, Any]) -> list[Placement]:
    placer = Placer(batch["tickets"], batch["participants"], batch["histories"])
    return [placer.place(mail) for mail in batch["mails"]]


def knows(batch: dict[str, Any], mail: NewMail, ticket_id: int) -> bool:
    """Said in other words than the code: whose ticket it is, or whom we wrote to."""
    if mail.author.address.kind != "email":
        return False
    return (
        mail.author.contact_id == batch["tickets"][ticket_id].contact_id
        or (mail.n, ticket_id) in batch["participants"]
    )


@given(batches())
def test_nobody_gets_into_a_ticket_who_is_not_known_there(batch: dict[str, Any]) -> None:
    """The first mail of a batch: no other of the batch speaks for it."""
    mail = batch["mails"][0]
    named = {c.ticket_id for c in mail.candidates}
    known = {i for i in named if knows(batch, mail, i)}

    match placed(batch)[0]:
        case Joined(ticket_id=ticket_id) if mail.kind in REPORTS:
            assert ticket_id in {c.ticket_id for c in mail.candidates if c.step <= 2}
        case Joined(ticket_id=ticket_id) if named:
            instead = {i for k in known if (i := batch["tickets"][k].successor_id)}
            instead |= set(batch["histories"][mail.author.address, ENTRY_POINT].opened_ids)
            assert ticket_id in known or (known and ticket_id in instead)
        case Opened(follows_id=follows_id) if named:
            assert follows_id in known
        case Held(reason="stranger_in_thread", ticket_id=ticket_id):
            assert not known
            assert ticket_id == min(mail.candidates).ticket_id
        case Held(reason="own_mail"):
            assert mail.kind == "loop"
        case Held(reason=reason):
            assert reason == f"unmatched_{mail.kind}"


@given(batches())
def test_the_strongest_that_knows_the_author_wins(batch: dict[str, Any]) -> None:
    mail = batch["mails"][0]
    known = [c for c in sorted(mail.candidates) if knows(batch, mail, c.ticket_id)]
    if mail.kind not in {"person", "bulk", "auto_reply"} or not known:
        return
    first = known[0].ticket_id

    placement = placed(batch)[0]

    assert placement == expected(batch, mail, first)


def expected(batch: dict[str, Any], mail: NewMail, ticket_id: int) -> Placement:
    """Where a mail goes that belongs to this ticket, before others of its batch."""
    ticket = batch["tickets"][ticket_id]
    if not ticket.is_over or mail.kind != "person":
        return Joined(ticket_id=ticket_id)
    if ticket.successor_id is not None and ticket.contact_id == mail.author.contact_id:
        return Joined(ticket_id=ticket.successor_id)
    history = batch["histories"].get((mail.author.address, ENTRY_POINT), History())
    if len(history.opened_ids) >= NEW_TICKETS_PER_HOUR and not mail.accepted:
        return Joined(ticket_id=history.opened_ids[-1])
    return Opened(follows_id=ticket_id, continues=True)


@given(batches(), st.randoms(use_true_random=False))
def test_the_order_in_which_tickets_were_found_does_not_matter(
    batch: dict[str, Any], chance: random.Random
) -> None:
    shuffled = []
    for mail in batch["mails"]:
        fields = {name: getattr(mail, name) for name in NewMail.__struct_fields__}
        found = list(mail.candidates)
        chance.shuffle(found)
        shuffled.append(NewMail(**(fields | {"candidates": tuple(found)})))

    assert placed(batch) == placed(batch | {"mails": shuffled})


@given(batches())
def test_nobody_opens_more_than_three_in_an_hour(batch: dict[str, Any]) -> None:
    opened: dict[Address, int] = {}
    for mail, placement in zip(batch["mails"], placed(batch), strict=True):
        if isinstance(placement, Opened):
            opened[mail.author.address] = opened.get(mail.author.address, 0) + 1

    for address, count in opened.items():
        before = len(batch["histories"].get((address, 5), History()).opened_ids)
        assert before + count <= NEW_TICKETS_PER_HOUR


@given(batches())
def test_what_no_person_wrote_brings_nothing_back(batch: dict[str, Any]) -> None:
    for mail, placement in zip(batch["mails"], placed(batch), strict=True):
        if mail.kind != "person" and isinstance(placement, Opened):
            assert mail.kind in {"bulk", "auto_reply"}
            assert not mail.candidates


@given(batches())
def test_what_a_person_let_in_goes_where_he_said(batch: dict[str, Any]) -> None:
    mail = batch["mails"][0]
    fields = {name: getattr(mail, name) for name in NewMail.__struct_fields__}
    for ticket_id in TICKETS:
        named = (Candidate(step=1, rank=0, ticket_id=ticket_id),)
        accepted = NewMail(**(fields | {"candidates": named, "accepted": True}))
        [placement] = placed(batch | {"mails": [accepted]})
        assert placement == expected(batch, accepted, ticket_id)
    alone = NewMail(**(fields | {"candidates": (), "accepted": True}))
    assert isinstance(placed(batch | {"mails": [alone]})[0], Opened)


def test_a_later_mail_follows_one_that_went_on_elsewhere() -> None:
    """The ticket it goes on in is named by no mail: only the batch tells who wrote there."""
    over = Named(id=1, contact_id=1, is_over=True, successor_id=7)
    one = Author(address=PEOPLE[1], contact_id=1, identity_id=1)
    other = Author(address=PEOPLE[2], contact_id=2, identity_id=2)
    first = NewMail(
        n=0,
        kind="person",
        entry_point_id=ENTRY_POINT,
        author=one,
        message_id="m0",
        candidates=(Candidate(step=2, rank=0, ticket_id=1),),
    )
    then = [
        NewMail(n=n, kind="person", entry_point_id=ENTRY_POINT, author=by, answers=("m0",))
        for n, by in ((1, one), (2, other))
    ]
    placer = Placer({1: over}, set(), {})

    assert placer.place(first) == Joined(ticket_id=7)
    assert placer.place(then[0]) == Joined(ticket_id=7)
    assert isinstance(held := placer.place(then[1]), Held)
    assert held.ticket_id == 7
