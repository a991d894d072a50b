"""Rule segments are what a full recomputation says, whatever happened and however time went on."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import asyncpg
import factories
import msgspec
import pytest

from channels import Address
from contactcenter import merge_undoing, merges
from contactcenter.administration import segment_rules
from contactcenter.administration.segment_rules import SegmentRuleInUse, Wanted
from contactcenter.contacts import contacts, identities
from contactcenter.errors import BadInput
from contactcenter.segment_keeper import SegmentKeeper
from contactcenter.segmentation import segment_setting
from contactcenter.segments import segment_checks, segment_counting

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BOSS = factories.actor(role="admin")
RULES = {
    "adults": {"age": {"at_least": 18}},
    "soon": {"birthday": {"in_next_days": 7}},
    "not_home": {"not": {"customer_category": "home"}},
    "gold_or_buyer": {"any": [{"contract": "gold"}, {"behaviour.purchases_12m": {"at_least": 2}}]},
    "spender": {"spent_12m.EUR": {"at_least": 5000}},
    "quiet": {"behaviour.purchases_12m": 0, "address": "phone"},
    "new": {"known_since": {"within_days": 30}, "segment.group": {"not": "adults"}},
    "newer": {"known_since": {"within_days": 20}, "segment.group": "new"},
    "loyal": {"behaviour.tenure_months": {"at_least": 1}},
    "persian": {"language": "fa"},
}


class Transactions:
    """A database of one connection whose transaction is rolled back in the end."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._conn.transaction():
            yield self._conn


class House:
    """A house with some customers, and a clock that goes when it is told to."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self.conn = conn
        self.now = NOW
        self.people: list[int] = []
        self.merged: list[int] = []
        self.keeper = SegmentKeeper(Transactions(conn), clock=self.clock)

    async def clock(self, _conn: asyncpg.Connection) -> datetime:
        return self.now

    async def rule(self, key: str, condition: dict) -> None:
        wanted = Wanted(key=key, name_en=key, name_fa=key, condition=condition)
        await segment_rules.create(self.conn, self.now, wanted, actor="user:1")

    async def person(self, **given: object) -> int:
        language = given.pop("language", None)
        wanted = contacts.Contact(id=0, language=language, created_at=self.now, updated_at=self.now)
        made = await contacts.create(self.conn, self.now, wanted, actor="system")
        await self.conn.execute(
            "UPDATE contact SET created_at = $2 WHERE id = $1", made.id, self.now
        )
        for name, value in given.items():
            await self.know(made.id, name, value)
        self.people.append(made.id)
        return made.id

    async def know(self, contact_id: int, name: str, value: object) -> None:
        await self.conn.execute(f"UPDATE contact SET {name} = $2 WHERE id = $1", contact_id, value)
        await segment_checks.ask(self.conn, self.now, [contact_id])

    async def say(
        self, contact_id: int, kind: str, value: str, days: int | None, *, begins: int = 0
    ) -> None:
        wanted = segment_setting.Wanted(
            place="body",
            contact_id=contact_id,
            kind=kind,
            value=value,
            confidence=1.0,
            note=None,
            from_at=self.now + begins * DAY if begins else None,
            to_at=None if days is None else self.now + days * DAY,
        )
        await segment_setting.say(self.conn, self.now, [wanted], source="agent", by=BOSS)

    async def buy(self, contact_id: int, at: datetime, amount_minor: int) -> None:
        await self.conn.execute(
            "INSERT INTO behaviour_event (contact_id, kind, source, external_id, occurred_at,"
            " received_at, amount_minor, currency)"
            " VALUES ($1, 'purchase', 'shop', gen_random_uuid()::text, $2, $3, $4, 'EUR')",
            contact_id,
            at,
            self.now,
            amount_minor,
        )
        await segment_checks.ask(self.conn, self.now, [contact_id])

    async def written(self) -> set[tuple[int, str]]:
        rows = await self.conn.fetch(
            "SELECT contact_id, value FROM segment WHERE kind = 'group' AND to_at IS NULL"
        )
        return {(row["contact_id"], row["value"]) for row in rows}

    async def recomputed(self) -> set[tuple[int, str]]:
        everybody = [r["id"] for r in await self.conn.fetch("SELECT id FROM contact")]
        compiled = await segment_counting.compile_all(self.conn)
        answers = await segment_counting.answer(self.conn, self.now, everybody, compiled)
        return {(i, key) for i, found in answers.items() for key, one in found.items() if one.holds}


@pytest.fixture
async def house(conn: asyncpg.Connection) -> House:
    await factories.prepare(conn)
    return House(conn)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_membership_is_what_a_recomputation_says(
    house: House, seed: int
) -> None:
    chance = random.Random(seed)
    for key, condition in RULES.items():
        await house.rule(key, condition)
    for _ in range(4):
        await house.person()
    steps: list[Callable] = [
        _learn,
        _learn,
        _say,
        _buy,
        _meet,
        _join,
        _part,
        _wait,
        _wait,
        _redefine,
    ]
    seen = set()
    for _ in range(16):
        await chance.choice(steps)(house, chance)
        await house.keeper.settle()
        written = await house.written()
        assert written == await house.recomputed(), house.now
        seen |= {key for _, key in written}
    assert await house.conn.fetchval("SELECT count(*) FROM segment_check") == 0
    assert seen


async def _learn(house: House, chance: random.Random) -> None:
    contact_id = chance.choice(house.people)
    years = chance.choice([17, 18, 30])
    born = (house.now - years * 365.25 * DAY + chance.randrange(20) * DAY).date()
    await house.know(contact_id, "birth_date", chance.choice([born, born, None]))


async def _say(house: House, chance: random.Random) -> None:
    kind, value = chance.choice(
        [
            ("customer_category", "home"),
            ("customer_category", "government"),
            ("contract", "gold"),
            ("language", "fa"),
        ]
    )
    await house.say(chance.choice(house.people), kind, value, chance.choice([None, 3, 40]))


async def _buy(house: House, chance: random.Random) -> None:
    at = house.now - chance.randrange(400) * DAY
    await house.buy(chance.choice(house.people), at, chance.choice([1000, 6000]))


async def _meet(house: House, chance: random.Random) -> None:
    contact_id = await house.person(language=chance.choice([None, "fa"]))
    address = Address(kind="phone", value=f"+4416329{chance.randrange(10**5):05}")
    await identities.add(house.conn, house.now, contact_id, address)


async def _join(house: House, chance: random.Random) -> None:
    if len(house.people) < 2:
        return
    kept, other = chance.sample(house.people, 2)
    merge = await merges.merge(
        house.conn, house.now, kept, other, actor="user:1", must_read_as=None
    )
    house.people.remove(other)
    house.merged.append(merge.id)


async def _part(house: House, chance: random.Random) -> None:
    if house.merged:
        undone = await merge_undoing.undo(
            house.conn, house.now, house.merged.pop(), actor="user:1", must_read_as=None
        )
        house.people.append(undone.merged_id)


async def _wait(house: House, chance: random.Random) -> None:
    house.now += chance.choice([1, 3, 8, 31, 100]) * DAY + chance.randrange(86_400) * DAY / 86_400


async def _redefine(house: House, chance: random.Random) -> None:
    before = await segment_rules.find(house.conn, "adults")
    condition = {"age": {"at_least": chance.choice([17, 18, 31])}}
    wanted = Wanted(key="adults", name_en="a", name_fa="a", condition=condition)
    await segment_rules.change(house.conn, house.now, before, wanted, actor="user:1")


@pytest.mark.slow
async def test_time_alone_lets_people_belong_and_not(house: House) -> None:
    for key, condition in RULES.items():
        await house.rule(key, condition)
    born, bought, said = [await house.person() for _ in range(3)]
    await house.know(born, "birth_date", date(2008, 4, 20))
    for days in (5, 200, 300):
        await house.buy(bought, NOW - days * DAY, 6000)
    await house.say(said, "contract", "gold", 25)
    await house.say(said, "customer_category", "government", 60, begins=40)
    moved = set()
    before = set()
    while house.now < NOW + 400 * DAY:
        await house.keeper.settle()
        written = await house.written()
        assert written == await house.recomputed(), house.now
        moved |= written ^ before
        before = written
        house.now += 11.7 * DAY
    names = {born: "born", bought: "bought", said: "said"}
    assert {(names[i], key) for i, key in moved} >= {
        ("born", "adults"), ("born", "soon"), ("born", "new"), ("bought", "gold_or_buyer"),
        ("bought", "spender"), ("said", "gold_or_buyer"), ("said", "not_home"), ("said", "loyal"),
        ("said", "newer"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ({"customer_category": "home"}, 3),
        ({"customer_category": {"not": "home"}}, 3),
        ({"contract": "gold"}, 7),
        ({"language": "fa"}, 7),
        ({"behaviour.purchases_12m": 1}, 365 - 20),
        ({"spent_12m.EUR": 1}, 365 - 20),
        ({"behaviour.tenure_months": 1}, 7.5),
        ({"known_since": {"over_days_ago": 4}}, 4),
        ({"age": 18}, 0.5),
        ({"profile.occupation": "cook"}, None),
    ],
)
async def test_the_next_look_is_when_time_may_change_the_answer(
    house: House, condition: dict, days: float | None
) -> None:
    await house.rule("one", condition)
    one = await house.person(birth_date=date(2008, 3, 2))
    if "customer_category" in condition:
        await house.say(one, "customer_category", "home", None, begins=3)
    await house.say(one, "contract", "gold", 7)
    await house.buy(one, NOW - 20 * DAY, 6000)
    await house.keeper.settle()
    due_at = await house.conn.fetchval("SELECT due_at FROM segment_due")
    assert due_at == (None if days is None else NOW + days * DAY)


async def test_why_and_since_when_are_kept_and_so_is_the_history(house: House) -> None:
    await house.rule("adults", {"age": {"at_least": 18}, "profile.occupation": "cook"})
    one = await house.person(birth_date=date(2008, 3, 3), occupation="Cook")
    await house.keeper.settle()
    assert await house.written() == set()

    began = house.now = datetime(2026, 3, 3, tzinfo=UTC)
    await house.keeper.settle()
    house.now += 5 * DAY
    await house.know(one, "occupation", "waiter")
    await house.keeper.settle()

    row = await house.conn.fetchrow("SELECT * FROM segment WHERE kind = 'group'")
    assert (row["contact_id"], row["value"], row["source"]) == (one, "adults", "rule")
    assert (row["from_at"], row["to_at"]) == (began, house.now)
    assert row["evidence"] == [
        {"part": "condition.age", "asks": "age", "found": "2008-03-03"},
        {"part": "condition.profile.occupation", "asks": "profile.occupation", "found": None},
    ]
    told = await house.conn.fetch(
        "SELECT data->>'from' AS former, data->>'to' AS value FROM event WHERE kind = 'segment_set' ORDER BY id"
    )
    assert [tuple(r) for r in told] == [(None, "adults"), ("adults", None)]


async def test_an_unsolved_ticket_gains_what_a_group_is_worth(house: House) -> None:
    await house.conn.execute(
        "INSERT INTO credit_rule (kind, value, credit_s) VALUES ('group', 'adults', 90)"
    )
    await house.rule("adults", RULES["adults"])
    one = await house.person()
    queue_id = await factories.queue(house.conn)
    ticket = await factories.queued_ticket(house.conn, NOW, queue_id=queue_id, contact_id=one)
    await house.know(one, "birth_date", date(1990, 1, 1))
    await house.keeper.settle()
    timers = await house.conn.fetch("SELECT ticket_id FROM timer WHERE kind = 'credit_check'")
    assert [t["ticket_id"] for t in timers] == [ticket.id]


async def test_what_is_asked_and_not_looked_at_stays(house: House) -> None:
    await house.rule("adults", RULES["adults"])
    await house.keeper.settle()
    one = await house.person(birth_date=date(1990, 1, 1))

    class Killed(Exception):
        pass

    async def fails(_conn: asyncpg.Connection) -> datetime:
        raise Killed

    keeper = SegmentKeeper(Transactions(house.conn), clock=fails)
    with pytest.raises(Killed):
        await keeper.round()
    assert await house.conn.fetchval("SELECT count(*) FROM segment_check") > 0
    await house.keeper.settle()
    assert await house.written() == {(one, "adults")}


async def test_rules_that_ask_for_one_another_in_a_circle_are_refused(house: House) -> None:
    await house.rule("a", {"segment.group": {"known": True}})
    await house.rule("b", {"segment.group": "a"})
    before = await segment_rules.find(house.conn, "a")
    wanted = Wanted(key="a", name_en="a", name_fa="a", condition={"any": [{"segment.group": "b"}]})
    with pytest.raises(BadInput) as refused:
        await segment_rules.change(house.conn, NOW, before, wanted, actor="user:1")
    assert refused.value.data["field"] == "body.condition.any[0].segment.group"


async def test_what_something_goes_by_is_not_archived(house: House) -> None:
    queue_id = await factories.queue(house.conn)
    for key in ("a", "b", "c"):
        await house.rule(key, {"age": 18})
    await house.rule("d", {"segment.group": "a"})
    await house.conn.execute(
        "INSERT INTO entry_rule (position, condition, queue_id) VALUES (77, $1, $2)",
        {"segment.group": {"not": ["x", "b"]}},
        queue_id,
    )
    for key, used_by in (("a", "segment rule d"), ("b", "entry rule"), ("c", None)):
        before = await segment_rules.find(house.conn, key)
        wanted = Wanted(key=key, name_en=key, name_fa=key, condition={"age": 18}, archived_at=NOW)
        if used_by is None:
            gone = await segment_rules.change(house.conn, NOW, before, wanted, actor="user:1")
            assert gone.archived_at == NOW
            continue
        with pytest.raises(SegmentRuleInUse, match=used_by):
            await segment_rules.change(house.conn, NOW, before, wanted, actor="user:1")


@pytest.mark.parametrize("name", ["temperament", "segment.temperament"])
async def test_nobodys_manner_decides_where_he_belongs(house: House, name: str) -> None:
    with pytest.raises(BadInput, match="manner") as refused:
        await house.rule("hagglers", {"any": [{name: {"known": True}}]})
    assert refused.value.data["field"] == f"body.condition.any[0].{name}"


async def test_a_customer_who_is_merged_belongs_to_nothing(house: House) -> None:
    await house.rule("persian", {"language": "fa"})
    kept, other = await house.person(language="fa"), await house.person(language="fa")
    await house.keeper.settle()
    assert await house.written() == {(kept, "persian"), (other, "persian")}
    merge = await merges.merge(house.conn, NOW, kept, other, actor="user:1", must_read_as=None)
    await house.keeper.settle()
    assert await house.written() == {(kept, "persian")}
    await merge_undoing.undo(house.conn, NOW, merge.id, actor="user:1", must_read_as=None)
    await house.keeper.settle()
    assert await house.written() == {(kept, "persian"), (other, "persian")}
    assert msgspec.json.encode(merge)
