"""What a configuration may not make of temperament, and whether all are treated alike."""

import factories
import pytest

from routing.temperament import LABELS


@pytest.fixture
async def document(admin, table):
    """The configuration of a centre in which one person serves everything."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    ids = [row["id"] for row in await table.fetch("SELECT id FROM queue")]
    await factories.agent(table, now, queues=ids, presence="offline")
    return (await admin("GET", "/configuration", status=200))["document"]


SPECIALISTS = {"when": {"temperament": ["fault_finding", "hesitant"]}, "queue": "Engineering"}
PROMISE = {"name": "fast", "first_reply_s": 60}
RULE = {"name": "up", "from": "*", "to": "next_tier"}


async def test_what_temperament_may_not_decide_is_refused_with_its_place(admin, document, subtests):
    for part, value, place in [
        ("sla", [{**PROMISE, "when": {"temperament": "warm"}}], "sla[0].when.temperament"),
        (
            "sla",
            [{**PROMISE, "when": {"segment.temperament": {"not": "warm"}}}],
            'sla[0].when["segment.temperament"]',
        ),
        ("credits", {"temperament": {"warm": 60}}, "credits.temperament"),
        (
            "escalation",
            [{**RULE, "when": {"any": [{"temperament": {"not": "haggler"}}]}}],
            "escalation[0].when.any[0].temperament",
        ),
        (
            "entry",
            [{**SPECIALISTS, "when": {"temperament": {"not": "warm"}}}],
            "entry[0].when.temperament",
        ),
        (
            "entry",
            [{**SPECIALISTS, "queue": "Frontline"}, {"when": {}, "queue": "Specialists"}],
            "entry[0].when.temperament",
        ),
    ]:
        with subtests.test(part=part, value=value, place=place):
            document[part] = value

            found = await admin("POST", "/configuration/checks", document, status=200)

            assert place in [fault["place"] for fault in found["errors"]]


async def test_temperament_may_choose_specialists(admin, document):
    document["entry"] = [SPECIALISTS, *document.get("entry", [])]
    document["escalation"] = [{**RULE, "when": {"temperament": "haggler"}}]

    found = await admin("POST", "/configuration/checks", document, status=200)

    assert found["errors"] == []


async def test_the_table_of_entry_is_refused_as_the_document_is(admin, document):
    etag = {"If-Match": (await admin.send("GET", "/entry_rules")).headers["ETag"]}
    rules = [
        {"condition": {"temperament": "warm"}, "queue_id": 1},
        {"condition": {}, "queue_id": 2},
    ]

    told = await admin("PUT", "/entry_rules", rules, headers=etag, status=422)

    assert told["field"] == "body[0].condition.temperament"


async def test_supervisors_read_how_people_of_each_temperament_are_served(agent, supervisor):
    await agent("GET", "/reports/fairness", status=403)
    told = await supervisor("GET", "/reports/fairness", status=200)

    assert [row["temperament"] for row in told["rows"]] == list(LABELS)
    assert len(told["notes"]["en"]) == len(told["notes"]["fa"]) > 0
