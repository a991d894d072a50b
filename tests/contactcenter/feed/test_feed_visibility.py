"""Who is shown what: the rule of every other statement, kept in memory by the events themselves."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import factories
import msgspec
import pytest
from screens import Screen, screen, signed_in, tell

from contactcenter import events
from contactcenter.access.actor import Actor
from contactcenter.bell import Bell
from contactcenter.dispatch import holding, moving
from contactcenter.events import KINDS, Event
from contactcenter.feed import Feed
from contactcenter.feed.reader import Entry
from contactcenter.feed.visibility import Viewer, Visibility, subject_of
from contactcenter.tickets import tickets

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


async def test_the_rule_in_memory_is_the_rule_of_the_database(table):
    chance = random.Random(4)
    cases = 0
    for _ in range(400):
        teams, hidden, ticket_teams = (
            frozenset(chance.sample(range(1, 6), chance.randint(0, 3))) for _ in range(3)
        )
        held = chance.sample(range(1, 4), chance.randint(0, 2))
        contact_id = chance.choice([1, 2, 3, None])
        visibility, viewer = Visibility(), Viewer(9)
        viewer.is_admin = chance.random() < 0.1
        viewer.teams, viewer.hidden = teams, hidden
        for number, of_contact_id in enumerate(held):
            visibility._hold(number, 9, of_contact_id)

        in_memory = visibility.may_read(viewer, ticket_teams, contact_id)
        by_sql = await table.fetchval(
            "SELECT coalesce(may_read($1, $2, $3, $4, $5, $6), false)",
            viewer.is_admin,
            list(teams),
            list(hidden),
            held,
            list(ticket_teams),
            contact_id,
        )

        assert in_memory == by_sql, (viewer.is_admin, teams, hidden, held, ticket_teams, contact_id)
        cases += by_sql
    assert 50 < cases < 350, "both answers occur"


class House:
    """Two teams, one of them restricted, with a queue each, and somebody of every sort."""

    def __init__(self, table: asyncpg.Connection) -> None:
        self.table = table
        self.people: dict[str, Actor] = {}

    async def build(self) -> None:
        table = self.table
        self.desk = await factories.team(table, name="desk")
        self.lab = await factories.team(table, name="lab")
        self.fraud = await factories.team(table, name="fraud", restricted=True)
        self.desk_queue = await factories.queue(table, team_id=self.desk)
        self.lab_queue = await factories.queue(table, team_id=self.lab, tier=2)
        self.fraud_queue = await factories.queue(table, team_id=self.fraud, tier=3)
        self.contact = await factories.contact(table)
        await self.hire("mate", team=self.desk)
        await self.hire("other", team=self.lab)
        await self.hire("restricted", team=self.fraud)
        await self.hire("both", team=self.desk)
        await factories.join_teams(table, self.people["both"].user_id, self.fraud)
        await self.hire("chief", role="supervisor", team=self.desk)
        await self.hire("foreign chief", role="supervisor", team=self.lab)
        await self.hire("admin", role="admin")
        await self.hire("holder")

    async def hire(self, name: str, *, role: str = "agent", team: int | None = None) -> Actor:
        user_id = await factories.agent(
            self.table, NOON, name=name, role=role, teams=[team] if team else []
        )
        self.people[name] = await signed_in(self.table, user_id)
        return self.people[name]

    async def ticket(self, queue_id: int, *, contact_id: int | None = None) -> int:
        ticket = await factories.queued_ticket(
            self.table, NOON, queue_id=queue_id, contact_id=contact_id
        )
        return ticket.id


@pytest.fixture
async def house(table: asyncpg.Connection) -> House:
    house = House(table)
    await house.build()
    return house


@asynccontextmanager
async def screens(house: House, feed: Feed) -> AsyncIterator[dict[str, Screen]]:
    """Everybody before a screen."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(screen(feed, actor))
            for name, actor in house.people.items()
        }


async def everybody_is_up_to_date(house: House, bell: Bell, shown: dict[str, Screen]) -> None:
    """Tell what everybody sees, and wait until everybody has seen it."""
    [mark] = await tell(house.table, bell, "contact_created")
    for one in shown.values():
        await one.shows(lambda s: mark in s.ids)


async def seen_by(house: House, feed: Feed, bell: Bell, kind: str, **fields: Any) -> set[str]:
    """Tell one event: who is shown it?"""
    async with screens(house, feed) as shown:
        await tell(house.table, bell, kind, **fields)
        await everybody_is_up_to_date(house, bell, shown)
        assert all(one.kinds.count(kind) <= 1 for one in shown.values())
        return {name for name, one in shown.items() if kind in one.kinds}


async def test_a_ticket_is_told_to_its_teams_and_to_administrators(house, feed, bell):
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)

    seen = await seen_by(house, feed, bell, "ticket_changed", ticket_id=ticket_id)

    assert seen == {"mate", "both", "chief", "admin"}


async def test_what_a_rule_tells_supervisors_is_told_to_those_who_may_read_the_ticket(
    house, feed, bell
):
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)

    seen = await seen_by(house, feed, bell, "supervisor_notified", ticket_id=ticket_id)

    assert seen == {"chief", "admin"}


async def test_a_ticket_of_a_restricted_team_is_told_to_nobody_else(house, feed, bell):
    ticket_id = await house.ticket(house.fraud_queue, contact_id=house.contact)
    await hold_another_ticket(house, house.contact)

    seen = await seen_by(house, feed, bell, "ticket_changed", ticket_id=ticket_id)

    assert seen == {"restricted", "both", "admin"}


async def test_a_ticket_is_told_to_whoever_holds_another_of_the_same_contact(house, feed, bell):
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)
    other_id = await hold_another_ticket(house, house.contact)

    seen = await seen_by(house, feed, bell, "reply_sent", ticket_id=ticket_id)
    assert seen == {"mate", "both", "chief", "admin", "holder"}

    await moving_away(house, other_id)
    seen = await seen_by(house, feed, bell, "reply_failed", ticket_id=ticket_id)
    assert seen == {"mate", "both", "chief", "admin"}


async def test_holding_begins_and_ends_for_those_who_watch(house, feed, bell):
    """Not only what was there before the feed began: the events themselves keep it current."""
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)
    async with screens(house, feed) as shown:
        await tell(house.table, bell, "reply_written", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)
        other_id = await hold_another_ticket(house, house.contact)
        bell.ring("events")
        await shown["holder"].shows(lambda s: "ticket_assigned" in s.kinds)
        await tell(house.table, bell, "reply_sent", ticket_id=ticket_id)
        # Who may read is decided when it is told, by whoever holds what then.
        await shown["holder"].shows(lambda s: "reply_sent" in s.kinds)
        await moving_away(house, other_id)
        bell.ring("events")
        await shown["holder"].shows(lambda s: "ticket_released" in s.kinds)
        await tell(house.table, bell, "reply_failed", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)

        kinds = [k for k in shown["holder"].kinds if k.startswith("reply_")]
        assert kinds == ["reply_sent"]
        assert [k for k in shown["mate"].kinds if k.startswith("reply_")] == [
            "reply_written",
            "reply_sent",
            "reply_failed",
        ]


async def test_a_merge_of_contacts_moves_what_holding_shows(house, feed, bell):
    stranger = await factories.contact(house.table)
    ticket_id = await house.ticket(house.desk_queue, contact_id=stranger)
    await hold_another_ticket(house, house.contact)
    async with screens(house, feed) as shown:
        await tell(house.table, bell, "reply_written", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)
        await house.table.execute("UPDATE ticket SET contact_id = $1", stranger)
        await tell(house.table, bell, "contact_merged", contact_id=stranger)
        await tell(house.table, bell, "reply_sent", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)

        kinds = [k for k in shown["holder"].kinds if k.startswith("reply_")]
        assert kinds == ["reply_sent"]


async def test_an_agent_an_event_names_sees_it_without_the_right_to_read_on(house, feed, bell):
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)
    other = house.people["other"].user_id
    holder = house.people["holder"].user_id

    seen = await seen_by(house, feed, bell, "ticket_offered", ticket_id=ticket_id, agent_id=other)
    assert "other" in seen
    seen = await seen_by(
        house,
        feed,
        bell,
        "ticket_transferred",
        ticket_id=ticket_id,
        agent_id=other,
        data={"from_agent_id": holder},
    )
    assert {"other", "holder"} <= seen


async def test_a_ticket_that_goes_to_a_restricted_team_leaves_the_other_screens(house, feed, bell):
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)
    async with screens(house, feed) as shown:
        async with house.table.transaction():
            ticket = await tickets.lock(house.table, ticket_id)
            await moving.escalate(
                house.table, NOON, ticket, "agent", actor="s", queue_id=house.fraud_queue
            )
        await tell(house.table, bell, "note_written", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)

        for name in ("mate", "chief"):
            gone = [f for f in shown[name].frames if f["type"] == "gone"]
            assert gone, name  # twice, where its way into the first queue was told as late
            assert all(set(f) == {"type", "cursor", "ticket_id"} for f in gone)
            assert {f["ticket_id"] for f in gone} == {ticket_id}
            assert not {"ticket_escalated", "note_written"} & set(shown[name].kinds)
        for name in ("both", "restricted", "admin"):
            assert {"ticket_escalated", "note_written"} <= set(shown[name].kinds)
        for name in ("other", "foreign chief", "holder"):
            assert [f["type"] for f in shown[name].frames] == ["event"]


async def test_who_may_read_today_is_shown_the_past_of_a_ticket_on_resuming(house, feed, bell):
    async with screen(feed, house.people["other"]) as shown:
        cursor = shown.subscribed.cursor
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)
    await tell(house.table, bell, "reply_sent", ticket_id=ticket_id)
    async with screen(feed, house.people["other"], cursor) as shown:
        await tell(house.table, bell, "contact_changed")
        await shown.shows(lambda s: "contact_changed" in s.kinds)
        assert "reply_sent" not in shown.kinds

    async with house.table.transaction():
        ticket = await tickets.lock(house.table, ticket_id)
        await moving.escalate(
            house.table, NOON, ticket, "agent", actor="s", queue_id=house.lab_queue
        )
    async with screen(feed, house.people["other"], cursor) as shown:
        await shown.shows(lambda s: "ticket_escalated" in s.kinds)
        assert "reply_sent" in shown.kinds


EVERYBODY = {
    "mate",
    "other",
    "restricted",
    "both",
    "chief",
    "foreign chief",
    "admin",
    "holder",
}
CHIEFS = {"chief", "foreign chief", "admin"}


#: Of events about "mate", or about nobody where he is not among them.
TOLD_TO = {
    "contact_changed": EVERYBODY,
    "segment_set": EVERYBODY,
    "configuration_changed": EVERYBODY,
    "queue_opened": EVERYBODY,
    "queue_closed": EVERYBODY,
    "payload_quarantined": CHIEFS,
    "payload_released": CHIEFS,
    "entry_point_discovered": CHIEFS,
    "presence_changed": CHIEFS | {"mate", "both"},
    "user_changed": {"admin", "mate"},
    "password_changed": {"admin", "mate"},
    "interaction_received": {"admin", "mate"},
    "alert_raised": CHIEFS,
}


async def test_what_is_about_no_ticket_is_told_by_its_kind(house, feed, bell):
    mate = house.people["mate"].user_id
    async with screens(house, feed) as shown:
        for kind, expected in TOLD_TO.items():
            await tell(house.table, bell, kind, agent_id=mate if "mate" in expected else None)
        await tell(house.table, bell, "alert_cleared", team_ids=(house.desk,))
        await everybody_is_up_to_date(house, bell, shown)

        assert {n for n, one in shown.items() if "alert_cleared" in one.kinds} == {"chief", "admin"}
        told_to = {kind: {n for n, one in shown.items() if kind in one.kinds} for kind in TOLD_TO}
        assert told_to == TOLD_TO


@pytest.mark.parametrize("kind", ["session_started", "token_created"])
async def test_sessions_and_tokens_concern_who_has_them(house, feed, bell, kind):
    about = house.people["mate"].user_id
    async with screens(house, feed) as shown:
        event = Event(kind=kind, at=datetime.now(UTC), actor=f"user:{about}")
        await events.record(house.table, event)
        await everybody_is_up_to_date(house, bell, shown)

        assert {n for n, one in shown.items() if kind in one.kinds} == {"admin", "mate"}


def test_no_kind_of_event_is_told_to_everybody_by_mistake():
    told_to_all = {
        kind for kind in KINDS if subject_of(_bare(kind)).audience in ("everybody", "mates")
    }

    assert told_to_all == {
        "asset_created",
        "asset_changed",
        "asset_transferred",
        "entitlement_granted",
        "entitlement_ended",
        "contact_created",
        "contact_changed",
        "contact_merged",
        "contact_unmerged",
        "consent_changed",
        "segment_set",
        "configuration_changed",
        "queue_opened",
        "queue_closed",
        "presence_changed",
    }


@pytest.mark.parametrize("kind", ["contact_created", "presence_changed", "payload_released"])
def test_an_event_about_a_ticket_goes_by_the_ticket_whatever_its_kind(kind):
    entry = msgspec.structs.replace(_bare(kind), ticket_id=5)

    assert subject_of(entry).audience == "ticket"


def _bare(kind: str) -> Entry:
    return Entry(
        xid=1,
        id=1,
        at=NOON,
        kind=kind,
        ticket_id=None,
        version=None,
        contact_id=None,
        agent_id=None,
        actor="system",
        data={},
        team_ids=[],
        of_contact_id=None,
        holder_id=None,
    )


# Rights that change -------------------------------------------------------------------------


async def test_a_new_team_shows_its_tickets_from_the_next_event_on(house, feed, bell):
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)
    other = house.people["other"].user_id
    async with screens(house, feed) as shown:
        await tell(house.table, bell, "reply_written", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)
        await factories.join_teams(house.table, other, house.desk)
        await tell(house.table, bell, "user_changed", agent_id=other)
        await tell(house.table, bell, "reply_sent", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)
        assert shown["other"].kinds[-3:] == ["user_changed", "reply_sent", "contact_created"]
        assert "reply_written" not in shown["other"].kinds

        await house.table.execute("DELETE FROM team_member WHERE user_id = $1", other)
        await tell(house.table, bell, "configuration_changed")
        await tell(house.table, bell, "reply_failed", ticket_id=ticket_id)
        await tell(house.table, bell, "contact_changed")
        await shown["other"].shows(lambda s: "contact_changed" in s.kinds)
        assert "reply_failed" not in shown["other"].kinds


async def test_a_team_that_becomes_restricted_hides_its_tickets(house, feed, bell):
    ticket_id = await house.ticket(house.desk_queue, contact_id=house.contact)
    await hold_another_ticket(house, house.contact)
    async with screens(house, feed) as shown:
        await tell(house.table, bell, "reply_written", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)
        await house.table.execute("UPDATE team SET restricted = true WHERE id = $1", house.desk)
        await tell(house.table, bell, "configuration_changed")
        await tell(house.table, bell, "reply_sent", ticket_id=ticket_id)
        await everybody_is_up_to_date(house, bell, shown)

        kinds = {n: [k for k in one.kinds if k.startswith("reply")] for n, one in shown.items()}
        assert kinds["holder"] == ["reply_written"]
        assert kinds["mate"] == ["reply_written", "reply_sent"]


async def test_a_promotion_holds_at_once(house, feed, bell):
    other = house.people["other"].user_id
    async with screens(house, feed) as shown:
        await tell(house.table, bell, "payload_quarantined")
        await everybody_is_up_to_date(house, bell, shown)
        await house.table.execute(
            "UPDATE user_account SET role = 'supervisor' WHERE id = $1", other
        )
        await tell(house.table, bell, "user_changed", agent_id=other)
        await tell(house.table, bell, "payload_released")
        await everybody_is_up_to_date(house, bell, shown)

        assert shown["other"].kinds[-3:] == ["user_changed", "payload_released", "contact_created"]
        assert "payload_quarantined" not in shown["other"].kinds


async def hold_another_ticket(house: House, contact_id: int) -> int:
    """Give "holder", who is in no team, a ticket of the contact in the lab's queue."""
    ticket_id = await house.ticket(house.lab_queue, contact_id=contact_id)
    holder = house.people["holder"].user_id
    async with house.table.transaction():
        await holding.give_to(house.table, NOON, ticket_id, holder, actor="system", note_id=None)
    return ticket_id


async def moving_away(house: House, ticket_id: int) -> None:
    async with house.table.transaction():
        await holding.release(house.table, NOON, ticket_id, actor="system", reason="asked")
