"""The entry table."""

import asyncio

import pytest


async def put(admin, rules, etag, status=200):
    return await admin("PUT", "/entry_rules", rules, headers={"If-Match": etag}, status=status)


@pytest.fixture
async def etag(admin):
    return (await admin.send("GET", "/entry_rules")).headers["ETag"]


async def test_the_table_is_replaced_as_a_whole_in_its_order(admin, etag):
    before = await admin("GET", "/entry_rules", status=200)
    kept = before["rules"][1]
    new = {"condition": {"temperament": ["haggler", "warm"], "language": "fa"}, "queue_id": 3}

    after = await put(admin, [new, kept], etag)

    assert after["rules"][0]["condition"] == new["condition"]
    assert after["rules"][1] == kept
    assert len(after["rules"]) == 2
    assert after["version"] != before["version"]
    assert await admin("GET", "/entry_rules", status=200) == after


async def test_an_empty_table_is_a_table(admin, etag):
    assert (await put(admin, [], etag))["rules"] == []


async def test_of_two_who_replace_it_at_once_one_is_told(admin, etag):
    tables = [[{"condition": {"keyword": word}, "queue_id": 1}] for word in ("a1", "b2")]

    responses = await asyncio.gather(
        *(admin.send("PUT", "/entry_rules", table, headers={"If-Match": etag}) for table in tables)
    )

    assert sorted(r.status for r in responses) == [200, 412]


async def test_a_rule_that_could_never_fit_is_refused_and_named(admin, etag, subtests):
    for condition, field in [
        ({"tier": 1}, "body[1].condition.tier"),
        ({"queue_id": {"not": 1}}, "body[1].condition.queue_id"),
        ({"category": 999}, "body[1].condition.category"),
        ({"customer_category": ["home", "huge"]}, "body[1].condition.customer_category"),
        ({"contract": "ProSupport"}, "body[1].condition.contract"),
        ({"value_class": {"not": "Z"}}, "body[1].condition.value_class"),
        ({"segment.temperament": "grumpy"}, "body[1].condition.segment.temperament"),
        ({"segment.region": "north"}, "body[1].condition.segment.region"),
        ({"colour": "red"}, "body[1].condition.colour"),
        ({"keyword": []}, "body[1].condition.keyword"),
        ({"keyword": ["ok", " "]}, "body[1].condition.keyword"),
        ({"keyword": {"a": 1}}, "body[1].condition.keyword"),
        ({"keyword": "x" * 201}, "body[1].condition.keyword"),
        ({"channel": "sms", "temperament": "grumpy"}, "body[1].condition.temperament"),
        ({"channel": "fax"}, "body[1].condition.channel"),
        ({"language": ["fa", "farsi"]}, "body[1].condition.language"),
        ({"entry_point_id": 999}, "body[1].condition.entry_point_id"),
        ({"entry_point_id": "1"}, "body[1].condition.entry_point_id"),
        ({"entry_point_id": True}, "body[1].condition.entry_point_id"),
    ]:
        with subtests.test(condition=condition, field=field):
            good = {"condition": {"keyword": "refund"}, "queue_id": 1}

            problem = await put(
                admin, [good, {"condition": condition, "queue_id": 1}], etag, status=422
            )

            assert problem["field"] == field
            assert (await admin.send("GET", "/entry_rules")).headers["ETag"] == etag


async def test_a_rule_leads_to_a_queue_that_is_there_and_is_named_once(admin, etag):
    rule = {"condition": {"keyword": "refund"}, "queue_id": 1}

    nowhere = await put(admin, [rule | {"queue_id": 999}], etag, status=422)
    unknown = await put(admin, [rule | {"id": 999}], etag, status=422)
    twice = await put(admin, [rule | {"id": 1}, rule | {"id": 1}], etag, status=422)

    assert nowhere["field"] == "body[0].queue_id"
    assert unknown["field"] == "body[0].id"
    assert twice["field"] == "body[1].id"


async def test_rules_ask_for_segments_and_the_last_may_take_all(admin, etag):
    conditions = [
        {"customer_category": ["government", "education"], "contract": "prosupport"},
        {"category": 1, "value_class": {"not": ["costly"]}},
        {"segment.language": "fa"},
        {},
    ]

    after = await put(
        admin, [{"condition": c, "queue_id": 1} for c in conditions], etag, status=200
    )

    assert [rule["condition"] for rule in after["rules"]] == conditions


async def test_a_rule_behind_one_that_takes_all_is_refused(admin, etag):
    rules = [
        {"condition": {}, "queue_id": 2},
        {"condition": {"keyword": "refund"}, "queue_id": 1},
    ]

    problem = await put(admin, rules, etag, status=422)

    assert problem["field"] == "body[1].condition"
    assert "body[0] fits every problem" in problem["detail"]
