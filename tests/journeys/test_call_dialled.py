"""Calls that agents make about a ticket: their telephone rings first, then the customer's."""

import phone_house
import pytest
from phone_house import ANN, MENU, SARA, PhoneHouse

from contactcenter.fakes.twilio_voice_people import NOBODY, Phone, accepts, voicemail

pytestmark = pytest.mark.slow

#: Abroad: no number of ours may call there.
PARIS = "+33142685300"


@pytest.fixture
async def house(bare_dsn):
    async with phone_house.opened(bare_dsn) as house:
        await house.number(MENU)
        yield house


async def asked(house: PhoneHouse):
    """Sara writes at 0, and it rings at Ann; it is 10. Returns her and the path of the ticket."""
    async with house.database.transaction() as conn:
        await conn.execute("UPDATE queue SET auto_accept = '{}'")
    ann = await house.agent("Ann", ANN, tiers=(1,))
    await house.centre.customer_writes(SARA, "The printer does not print.")
    await house.passes(10)
    (rings,) = await ann.get("/offers")
    return ann, f"/tickets/{rings['id']}"


async def calls(house: PhoneHouse, ann, path: str):
    """She takes the ticket and calls; when all is over, the call as the timeline shows it."""
    await house.does(ann, f"{path}/acceptances")
    await house.does(ann, f"{path}/calls", {})
    await house.passes(140)
    newest = (await ann.get(f"{path}/timeline"))["items"][0]
    assert (newest["kind"], newest["direction"], newest["author_id"]) == (
        "call",
        "outbound",
        ann.id,
    )
    call = await house.call()
    assert newest["call"]["account"] == call["account"]
    return call


async def test_a_customer_is_called_about_a_ticket_that_was_taken(house):
    ann, path = await asked(house)
    house.voice.phone(ANN, accepts(4, thinks_s=2))
    house.voice.phone(SARA, Phone(answers_after_s=5, hangs_up_after_s=65))
    refused = await ann.post(f"{path}/calls", {}, status=403)
    assert refused["code"] == "not_your_ticket"

    call = await calls(house, ann, path)

    assert house.times(call) == ["answered", 10, None, 21, 86]
    assert house.telephones(call) == [
        ["Ann", "outbound", 10, 14, 16, 86, "completed"],
        ["customer", "outbound", 16, 21, 21, 86, "completed"],
    ]
    assert house.figures(call) == [0, 0, 4, 65, 0, 65]
    assert house.shares(call) == {"Ann": [65, 0, 30]}
    assert house.phases(call) == [
        ["ringing", "Ann", 10, 14],
        ["talk", "Ann", 21, 86],
        ["wrap_up", "Ann", 86, 116],
    ]
    assert await house.stays(call["ticket_id"]) == [
        [None, 1, 0, 10, "assigned"],
        ["Ann", 1, 10, None, None],
    ]
    assert await house.presences(ann) == [[0, "available"], [86, "wrap_up"], [116, "available"]]
    assert (await ann.get(path))["state"] == "pending"


@pytest.mark.parametrize(
    ("telephone", "rang", "rang_s"),
    [(voicemail(4), [14, None, 26, "completed"], 4), (NOBODY, [None, None, 30, "no_answer"], 20)],
    ids=["voicemail", "nobody"],
)
async def test_where_the_agent_presses_no_key_the_customer_is_never_called(
    house, telephone, rang, rang_s
):
    ann, path = await asked(house)
    house.voice.phone(ANN, telephone)

    call = await calls(house, ann, path)

    assert house.times(call) == ["failed", 10, None, None, rang[2]]
    assert house.telephones(call) == [["Ann", "outbound", 10, *rang]]
    assert house.figures(call) == [0, 0, rang_s, 0, 0, 0]
    assert house.shares(call) == {}
    assert house.phases(call) == [["ringing", "Ann", 10, 10 + rang_s]]
    assert await house.presences(ann) == [[0, "available"]]
    assert await house.row("SELECT load, misses FROM agent WHERE id = $1", ann.id) == {
        "load": 1,
        "misses": 0,
    }
    assert (await ann.get(path))["state"] == "assigned"


async def test_a_customer_who_does_not_answer_costs_the_agent_no_talk(house):
    ann, path = await asked(house)
    house.voice.phone(ANN, accepts(4, thinks_s=2))
    house.voice.phone(SARA, NOBODY)

    call = await calls(house, ann, path)

    assert house.times(call) == ["failed", 10, None, None, 46]
    assert house.telephones(call) == [
        ["Ann", "outbound", 10, 14, 16, 46, "completed"],
        ["customer", "outbound", 16, None, None, 46, "no_answer"],
    ]
    assert house.figures(call) == [0, 0, 4, 0, 0, 0]
    assert house.shares(call) == {"Ann": [0, 0, 30]}
    assert house.phases(call) == [["ringing", "Ann", 10, 14], ["wrap_up", "Ann", 46, 76]]
    assert await house.presences(ann) == [[0, "available"], [46, "wrap_up"], [76, "available"]]
    assert (await ann.get(path))["state"] == "pending"


async def test_nobody_is_called_abroad_nor_at_what_is_no_number(house):
    ann, path = await asked(house)
    await house.does(ann, f"{path}/acceptances")

    abroad = await ann.post(f"{path}/calls", {"number": PARIS}, status=403)
    nonsense = await ann.post(f"{path}/calls", {"number": "12"}, status=422)
    await house.passes(30)

    assert (abroad["code"], abroad["reason"]) == (
        "destination_not_allowed",
        "destination_not_allowed",
    )
    assert nonsense["field"] == "body.number"
    assert await house.row("SELECT count(*) AS n FROM call") == {"n": 0}
    assert not house.voice.network.legs
    assert await house.presences(ann) == [[0, "available"]]
    assert await house.row("SELECT load, misses FROM agent WHERE id = $1", ann.id) == {
        "load": 1,
        "misses": 0,
    }
