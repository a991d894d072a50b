"""What follows from a host's word, as a plan: whoever is known by what, and whoever was parted."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from channels import Address, ChatRefused
from contactcenter.chats.chat_users import Known, Plan, planned, user_value

SARA = Address(kind="site_user", value=user_value(5, "sara"))
OMID = user_value(5, "omid")
BROWSER = Address(kind="chat", value="b1")
MAIL = Address(kind="email", value="sara@example.com")
PHONE = Address(kind="phone", value="+989121234567")

numbers = itertools.count(100)


def known(address, contact_id, *, users=(), formerly_of=None, told=False):
    return Known(
        id=next(numbers),
        contact_id=contact_id,
        kind=address.kind,
        value=address.value,
        users=list(users),
        formerly_of=formerly_of,
        is_only_told=told,
    )


def plan(*rows, parted=()):
    pairs = frozenset(frozenset(pair) for pair in parted)
    return planned(SARA, BROWSER, [MAIL, PHONE], rows, pairs)


def test_who_is_new_to_us_is_known_by_all_of_it():
    assert plan() == Plan(contact_id=None, add=(SARA, BROWSER, MAIL, PHONE))


def test_who_is_known_by_all_of_it_already_needs_nothing():
    sara = [SARA.value]
    rows = [known(address, 7, users=sara) for address in (SARA, BROWSER, MAIL, PHONE)]

    assert plan(*rows) == Plan(contact_id=7)
    assert plan(*rows).is_done


def test_the_hosts_user_comes_before_everybody_older():
    found = plan(known(SARA, 9, users=[SARA.value]), known(BROWSER, 3), known(MAIL, 1))

    assert found == Plan(contact_id=9, add=(PHONE,), merge=(3, 1))


def test_without_the_user_it_is_the_oldest_with_his_address():
    assert plan(known(BROWSER, 1), known(MAIL, 6), known(PHONE, 4)) == Plan(
        contact_id=4, add=(SARA,), merge=(1, 6)
    )


def test_what_was_only_told_is_taken_and_nobody_merges_by_it():
    told = known(MAIL, 2, told=True)

    assert plan(known(BROWSER, 8), told) == Plan(contact_id=8, add=(SARA, PHONE), take=(told,))
    assert plan(told) == Plan(contact_id=None, add=(SARA, BROWSER, PHONE), take=(told,))


def test_another_user_of_this_host_keeps_what_is_his():
    omids = known(MAIL, 2, users=[OMID])

    assert plan(known(BROWSER, 8), omids) == Plan(
        contact_id=8, add=(SARA, PHONE), leave=(omids.id,)
    )


def test_two_users_whom_a_person_made_one_are_one():
    both = [known(address, 2, users=[OMID, SARA.value]) for address in (SARA, BROWSER, MAIL, PHONE)]

    assert plan(*both).is_done


def test_a_browser_of_another_user_is_refused():
    for rows in ([], [known(SARA, 9, users=[SARA.value])]):
        with pytest.raises(ChatRefused) as refused:
            plan(known(BROWSER, 2, users=[OMID]), *rows)
        assert refused.value.code == "other_visitor"


def test_whom_somebody_parted_stays_apart():
    seat, mail = known(BROWSER, 8), known(MAIL, 2)

    assert plan(seat, mail, parted=[(2, 8)]) == Plan(
        contact_id=8, add=(SARA, PHONE), leave=(mail.id,)
    )
    own = known(SARA, 9, users=[SARA.value])
    third = plan(own, seat, mail, parted=[(2, 8)])
    assert third == Plan(contact_id=9, add=(PHONE,), merge=(8,), leave=(mail.id,))


def test_an_address_that_somebody_took_away_stays_away():
    own, gone = known(SARA, 9, users=[SARA.value]), known(MAIL, 2, formerly_of=9)
    assert plan(own, gone).leave == (gone.id,)
    assert plan(known(BROWSER, 8), replace(gone, formerly_of=8)).leave == (gone.id,)

    taken_user, seat = known(SARA, 9, users=[SARA.value], formerly_of=8), known(BROWSER, 8)
    assert plan(taken_user, seat).leave == (seat.id,)


def test_an_address_that_was_taken_from_somebody_else_is_his():
    assert plan(known(BROWSER, 8), known(MAIL, 2, formerly_of=4)).merge == (8,)


CONTACTS = st.integers(1, 5)


@st.composite
def worlds(draw):
    users = {n: draw(st.sets(st.sampled_from([OMID, SARA.value]))) for n in range(1, 6)}
    former = {
        n: draw(st.none() | CONTACTS.filter(lambda other, n=n: other != n)) for n in range(1, 6)
    }
    rows = []
    for address in (SARA, BROWSER, MAIL, PHONE):
        if draw(st.booleans()):
            contact_id = draw(CONTACTS)
            if address == SARA:
                users = {n: held - {SARA.value} for n, held in users.items()}
                users[contact_id].add(SARA.value)
            rows.append((address, contact_id, former[contact_id], draw(st.booleans())))
    if not any(address == SARA for address, *_ in rows):
        users = {n: held - {SARA.value} for n, held in users.items()}
    places = [contact_id for _, contact_id, *_ in rows]
    return [
        # A contact that exists because a visitor told its address has no other.
        known(
            a,
            c,
            users=users[c],
            formerly_of=f,
            told=told and a.kind in ("email", "phone") and places.count(c) == 1 and not users[c],
        )
        for a, c, f, told in rows
    ], draw(st.sets(st.tuples(CONTACTS, CONTACTS), max_size=3))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_whatever_is_known_nobody_is_joined_who_must_not_be(world):
    rows, parted = world
    try:
        found = plan(*rows, parted=parted)
    except ChatRefused:
        return
    kept = found.contact_id
    joined = {kept, *found.merge} - {None}
    of = {row.contact_id: row for row in rows}

    assert kept not in found.merge
    assert len(set(found.merge)) == len(found.merge)
    for pair in itertools.combinations(sorted(joined), 2):
        assert not {pair, pair[::-1]} & parted
    for one in joined & of.keys():
        assert of[one].formerly_of not in joined - {one}
    for other in found.merge:
        assert not of[other].users or SARA.value in of[other].users
    assert len({user for one in joined for user in of[one].users} - {SARA.value}) <= 1
    have = {(row.kind, row.value) for row in rows}
    assert {(a.kind, a.value) for a in found.add} == {
        (a.kind, a.value) for a in (SARA, BROWSER, MAIL, PHONE)
    } - have
    assert not {one.contact_id for one in found.take} & set(found.merge)
    # Once it is done, nothing more follows.
    former = next((row.formerly_of for row in rows if row.contact_id == kept), None)
    kept = kept or 99
    mine = joined | {99}
    parted = {tuple(kept if one in mine else one for one in pair) for pair in parted}
    after = [
        replace(row, contact_id=kept, users=[SARA.value], formerly_of=former, is_only_told=False)
        if row.contact_id in mine or row in found.take
        else replace(row, formerly_of=kept if row.formerly_of in mine else row.formerly_of)
        for row in [*rows, *(known(a, kept, users=[SARA.value]) for a in found.add)]
    ]
    assert plan(*after, parted=parted).is_done
