"""What follows for customers of a segment: which of several policies counts, for each effect."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import factories
import pytest

from contactcenter import decisions, ticket_views
from contactcenter.administration import entry_rules
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.errors import BadInput, Stale
from contactcenter.segments import segment_policies
from contactcenter.segments.segment_policies import Policy
from contactcenter.speech import Speech
from contactcenter.temperament_model import trained_reader
from contactcenter.time_zones import zone_of
from contactcenter.triage import Triage


@pytest.fixture
async def dispatcher(database: Database) -> AsyncIterator[Dispatcher]:
    async with dispatching(database) as dispatcher:
        yield dispatcher


class House:
    """Two queues, two promises beside the one for everybody, and a policy for each of two segments."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        self.database, self.dispatcher = database, dispatcher

    async def build(self) -> None:
        async with self.database.read() as conn:
            self.plain, self.one, self.other = [await factories.queue(conn) for _ in range(3)]
            await conn.execute("DELETE FROM entry_rule")
            for position, name in enumerate(("fast", "faster", "usual"), start=1):
                condition = {} if name == "usual" else {"contract": f"for {name} ones"}
                await conn.execute(
                    "INSERT INTO sla_policy (name, position, condition, first_reply_s)"
                    " VALUES ($1, $2, $3, 600)",
                    name,
                    position,
                    condition,
                )
            await factories.segment_rule(conn, "grown", {"age": {"at_least": 18}})

    def policies(self) -> list[Policy]:
        return [
            Policy(
                key="offices",
                kind="customer_category",
                value="government",
                guidance_en="Write formally.",
                guidance_fa="رسمی بنویسید.",
                sla_policy="fast",
                queue_id=self.one,
                credit_s=60,
            ),
            Policy(
                key="adults",
                kind="group",
                value="grown",
                guidance_en="Be brief.",
                guidance_fa="کوتاه بنویسید.",
                sla_policy="faster",
                queue_id=self.other,
                credit_s=90,
            ),
        ]

    async def decide(self, *policies: Policy) -> None:
        async with self.database.transaction() as conn:
            version = (await segment_policies.read(conn)).version
            await segment_policies.replace(
                conn,
                datetime.now(UTC),
                policies,
                version=version,
                channels=["sms"],
                actor="user:1",
            )

    async def comes(self, *said: tuple[str, str, str]) -> dict[str, Any]:
        """What becomes of a problem of somebody of whom this is said."""
        now = datetime.now(UTC)
        async with self.database.read() as conn:
            contact_id = await factories.contact(conn)
            for kind, value, source in said:
                await conn.execute(
                    "INSERT INTO segment (contact_id, kind, slot, value, source, confidence, actor,"
                    " from_at) VALUES ($1, $2, $3, $4, $5, 1, 'system', $6)",
                    contact_id,
                    kind,
                    value if kind in ("group", "contract") else "",
                    value,
                    source,
                    now,
                )
            ticket_id = await factories.ticket(
                conn, now, intake_queue_id=self.plain, contact_id=contact_id
            )
        triage = Triage(self.database, Bell(self.database), self.dispatcher, trained_reader())
        while await triage.look():
            pass
        async with self.database.read() as conn:
            boss = await factories.user(conn, role="admin")
            view = await ticket_views.find(conn, boss, ticket_id)
            promised = await conn.fetchval(
                "SELECT policy FROM sla_clock WHERE ticket_id = $1", ticket_id
            )
            found = await decisions.of_ticket(conn, ticket_id, after_id=0, limit=1)
            told = [
                (await decisions.tell(conn, found, Speech(language=language, zone=zone_of("UTC"))))[
                    0
                ]
                for language in ("en", "fa")
            ]
        return {
            "guidance": view.policy_guidance and view.policy_guidance.policy,
            "queue": view.queue_id,
            "credits": view.credits,
            "promise": promised,
            "told": [one.sentence for one in told],
        }


@pytest.fixture
async def house(database: Database, dispatcher: Dispatcher) -> House:
    house = House(database, dispatcher)
    await house.build()
    return house


BOTH = (("customer_category", "government", "import"), ("group", "grown", "rule"))


async def test_of_two_segments_the_first_policy_counts_for_each_effect(house: House) -> None:
    offices, adults = house.policies()
    await house.decide(offices, adults)
    first = await house.comes(*BOTH)
    await house.decide(adults, offices)
    then = await house.comes(*BOTH)
    assert (first["guidance"], then["guidance"]) == ("offices", "adults")
    assert (first["queue"], then["queue"]) == (house.one, house.other)
    assert (first["credits"], then["credits"]) == ({"policy:offices": 60}, {"policy:adults": 90})
    assert (first["promise"], then["promise"]) == ("fast", "faster")
    english, persian = first["told"]
    assert "by segment policy " in english
    assert "offices" in english
    assert "بنا بر سیاست " in persian


async def test_effects_are_looked_for_one_by_one_and_everybody_comes_last(house: House) -> None:
    everybody = Policy(
        key="all",
        guidance_en="Be kind.",
        guidance_fa="مهربان باشید.",
        queue_id=house.other,
        credit_s=5,
    )
    offices = Policy(key="offices", kind="customer_category", value="government", credit_s=60)
    await house.decide(offices, everybody)
    government = await house.comes(*BOTH)
    assert government["credits"] == {"policy:offices": 60}
    assert (government["guidance"], government["queue"]) == ("all", house.other)
    assert government["promise"] == "usual"
    stranger = await house.comes()
    assert stranger["credits"] == {"policy:all": 5}


async def test_a_persons_word_decides_of_which_segment_somebody_is(house: House) -> None:
    await house.decide(*house.policies())
    said = await house.comes(
        ("customer_category", "government", "import"), ("customer_category", "home", "agent")
    )
    assert (said["guidance"], said["queue"], said["credits"]) == (None, house.plain, {})


async def test_what_the_tables_ask_for_comes_before_the_policies_and_what_fits_all_after(
    house: House,
) -> None:
    await house.decide(*house.policies())
    async with house.database.read() as conn:
        await conn.execute(
            "INSERT INTO entry_rule (position, condition, queue_id) VALUES (1, $1, $2), (2, $3, $4)",
            {"contract": "gold"},
            house.other,
            {},
            house.plain,
        )
        await conn.execute(
            "UPDATE sla_policy SET condition = $1 WHERE name = 'faster'", {"contract": "gold"}
        )
    gold = await house.comes(*BOTH, ("contract", "gold", "import"))
    assert (gold["queue"], gold["promise"]) == (house.other, "faster")
    plain = await house.comes(*BOTH)
    assert (plain["queue"], plain["promise"]) == (house.one, "fast")
    stranger = await house.comes()
    assert (stranger["queue"], stranger["promise"]) == (house.plain, "usual")


async def test_no_line_that_asks_for_manner_comes_before_a_policy(conn: Any) -> None:
    await factories.prepare(conn)
    queue_id = await factories.queue(conn)
    await conn.execute("DELETE FROM entry_rule")
    conditions = [{"channel": "sms"}, {"temperament": "warm"}, {"channel": "email"}, {}]
    await conn.executemany(
        "INSERT INTO entry_rule (position, condition, queue_id) VALUES ($1, $2, $3)",
        [(n, condition, queue_id) for n, condition in enumerate(conditions)],
    )
    await conn.execute(
        "INSERT INTO segment_policy (key, position, kind, value, queue_id)"
        " VALUES ('x', 1, 'customer_category', 'home', $1)",
        queue_id,
    )
    asked = [rule.condition for rule in await entry_rules.in_force(conn)]
    policy = {"segment.customer_category": "home"}
    assert asked == [conditions[0], policy, *conditions[1:]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": None}, "body[0].kind"),
        ({"kind": "mood", "value": "x"}, "body[0].value"),
        ({"value": "hermit"}, "body[0].value"),
        ({"kind": "temperament", "value": "haggler"}, "body[0].sla_policy"),
        ({"guidance_fa": None}, "body[0].guidance_fa"),
        ({"queue_id": 10**9}, "body[0].queue_id"),
        ({"sla_policy": "never"}, "body[0].sla_policy"),
        ({"key": "adults"}, "body[1].key"),
        ({"kind": None, "value": None}, "body[0]"),
    ],
)
async def test_a_policy_that_could_not_count_is_refused(
    conn: Any, changed: dict[str, Any], field: str
) -> None:
    await factories.prepare(conn)
    house = House(None, None)
    house.one = house.other = await factories.queue(conn)
    for name in ("fast", "faster"):
        await conn.execute(
            "INSERT INTO sla_policy (name, position, condition, first_reply_s)"
            " VALUES ($1, 100 + length($1), '{}', 600)",
            name,
        )
    await factories.segment_rule(conn, "grown", {})
    offices, adults = house.policies()
    now = datetime.now(UTC)

    async def replaced(*policies: Policy, version: int) -> None:
        await segment_policies.replace(
            conn, now, policies, version=version, channels=["sms"], actor="user:1"
        )

    version = (await segment_policies.read(conn)).version
    with pytest.raises(BadInput) as refused:
        await replaced(
            Policy(**{f: getattr(offices, f) for f in offices.__struct_fields__} | changed),
            adults,
            version=version,
        )
    assert refused.value.data["field"] == field
    with pytest.raises(Stale):
        await replaced(offices, version=version + 1)


async def test_manner_gives_guidance_and_nothing_else(conn: Any) -> None:
    await factories.prepare(conn)
    version = (await segment_policies.read(conn)).version
    for effect in ({"queue_id": 1}, {"credit_s": 1}):
        with pytest.raises(BadInput, match="manner"):
            await segment_policies.replace(
                conn,
                datetime.now(UTC),
                [Policy(key="x", kind="temperament", value="haggler", **effect)],
                version=version,
                channels=["sms"],
                actor="user:1",
            )
    kept = await segment_policies.replace(
        conn,
        datetime.now(UTC),
        [Policy(key="x", kind="temperament", value="warm", guidance_en="a", guidance_fa="b")],
        version=version,
        channels=["sms"],
        actor="user:1",
    )
    assert [p.key for p in kept.policies] == ["x"]
