"""Calendars over HTTP: what is kept, what is refused, who goes by them, and their holidays."""

import factories

from contactcenter import calendars
from routing.calendars import WEEKDAYS

OFFICE = [{"opens": "08:00", "closes": "17:00"}]
SHORT = [{"opens": "08:00", "closes": "13:00"}]
WEEK = {
    **dict.fromkeys(("saturday", "sunday", "monday", "tuesday", "wednesday"), OFFICE),
    "thursday": SHORT,
}
CLOSED = {day: [] for day in WEEKDAYS}
NOWRUZ = {"day": "2026-03-21", "name_en": "Nowruz", "name_fa": "نوروز"}
TEHRAN = {
    "name_en": "Tehran",
    "name_fa": "تهران",
    "time_zone": "Asia/Tehran",
    "week": WEEK,
    "exceptions": [NOWRUZ],
}


async def made(admin, **changes):
    return await admin("POST", "/calendars", TEHRAN | changes, status=201)


async def put(caller, calendar, body, status=200):
    return await caller(
        "PUT",
        f"/calendars/{calendar['id']}",
        body,
        headers={"If-Match": f'"{calendar["version"]}"'},
        status=status,
    )


async def change(admin, path, body, version=1, status=200):
    return await admin("PATCH", path, body, headers={"If-Match": f'"{version}"'}, status=status)


def times(answer):
    return [(i["from_at"], i["to_at"]) for i in answer["intervals"]]


async def test_a_calendar_says_what_it_was_told_and_labels_its_dates(admin, agent):
    calendar = await made(admin)

    read = await agent("GET", f"/calendars/{calendar['id']}", status=200)

    assert read == calendar
    assert read["week"] == CLOSED | WEEK
    assert (read["name_en"], read["name_fa"], read["time_zone"]) == (
        "Tehran",
        "تهران",
        "Asia/Tehran",
    )
    assert read["exceptions"] == [
        NOWRUZ
        | {
            "hours": [],
            "source": "staff",
            "persian_day": "1405-01-01",
            "label_fa": "شنبه ۱ فروردین ۱۴۰۵",
        }
    ]
    assert await agent("GET", "/calendars", status=200) == [calendar]


async def test_a_night_and_a_whole_day_are_written_in_one_way(admin):
    night = [{"opens": "22:00", "closes": "06:00"}]
    whole = [{"opens": "00:00", "closes": "00:00"}]

    calendar = await made(admin, week={"thursday": night, "sunday": whole}, exceptions=[])

    assert calendar["week"]["thursday"] == night
    assert calendar["week"]["sunday"] == [{"opens": "00:00", "closes": "24:00"}]


async def test_open_times_are_told_in_utc_with_what_is_next(admin, agent):
    calendar = await made(admin)

    answer = await agent(
        "GET",
        f"/calendars/{calendar['id']}/open?from=2026-03-19T00:00:00Z&to=2026-03-23T00:00:00Z",
        status=200,
    )

    assert times(answer) == [  # Thursday and Sunday; Friday and Nowruz are closed
        ("2026-03-19T04:30:00Z", "2026-03-19T09:30:00Z"),
        ("2026-03-22T04:30:00Z", "2026-03-22T13:30:00Z"),
    ]
    assert answer["is_open"] is False
    assert answer["open_s"] == 14 * 3600
    assert answer["next_opening_at"] == "2026-03-19T04:30:00Z"
    assert answer["next_closing_at"] == "2026-03-19T09:30:00Z"


async def test_a_week_from_now_is_shown_if_nothing_is_asked(admin, agent):
    calendar = await made(admin, exceptions=[])

    answer = await agent("GET", f"/calendars/{calendar['id']}/open", status=200)

    assert answer["open_s"] == (5 * 9 + 5) * 3600
    assert answer["next_opening_at"] > answer["from_at"]


async def test_times_that_cannot_be_looked_at_are_refused(admin, subtests):
    calendar = await made(admin)
    for query, field in [
        ("from=2026-03-19T00:00:00Z&to=2026-03-18T00:00:00Z", "query.to"),
        ("from=2026-03-19T00:00:00Z&to=2027-06-18T00:00:00Z", "query.to"),
        ("from=9999-12-31T00:00:00Z", "query.from"),
        ("from=0001-01-01T00:00:00Z", "query.from"),
        ("from=2026-03-19T00:00:00", "query.from"),
    ]:
        with subtests.test(query=query, field=field):
            problem = await admin("GET", f"/calendars/{calendar['id']}/open?{query}", status=422)

            assert problem["field"] == field


async def test_what_cannot_be_meant_is_refused_by_its_place(admin, table, subtests):
    for changes, field in [
        ({"time_zone": "Asia/Teheran"}, "body.time_zone"),
        ({"time_zone": "../../etc/passwd"}, "body.time_zone"),
        ({"week": {}}, "body.week"),
        (
            {"week": {"monday": [*OFFICE, {"opens": "16:00", "closes": "18:00"}]}},
            "body.week.monday[1]",
        ),
        (
            {"week": {"monday": [{"opens": "22:00", "closes": "09:00"}], "tuesday": OFFICE}},
            "body.week.tuesday[0]",
        ),
        ({"week": {"monday": [{"opens": "8:00", "closes": "09:00"}]}}, "body.week.monday[0].opens"),
        (
            {"week": {"monday": [{"opens": "08:00\n", "closes": "09:00"}]}},
            "body.week.monday[0].opens",
        ),
        (
            {"week": {"monday": [{"opens": "24:00", "closes": "09:00"}]}},
            "body.week.monday[0].opens",
        ),
        ({"week": {"someday": OFFICE}}, "body.week.someday"),
        ({"exceptions": [NOWRUZ, NOWRUZ]}, "body.exceptions[1].day"),
        ({"exceptions": [NOWRUZ | {"day": "1405-01-01"}]}, "body.exceptions[0].day"),
        ({"exceptions": [NOWRUZ | {"day": "2026-02-30"}]}, "body.exceptions[0].day"),
        ({"exceptions": [NOWRUZ | {"hours": [*OFFICE, *SHORT]}]}, "body.exceptions[0].hours[1]"),
        ({"name_fa": " "}, "body.name_fa"),
    ]:
        with subtests.test(changes=changes, field=field):
            problem = await admin("POST", "/calendars", TEHRAN | changes, status=422)

            assert problem["field"] == field
            assert await table.fetchval("SELECT count(*) FROM calendar") == 0


async def test_two_calendars_have_two_names(admin):
    calendar = await made(admin)
    other = await made(admin, name_en="Kabul", name_fa="کابل", time_zone="Asia/Kabul")

    again = await admin("POST", "/calendars", TEHRAN, status=409)
    renamed = await put(admin, other, TEHRAN, status=409)
    await admin("DELETE", f"/calendars/{calendar['id']}", status=200)

    assert (again["code"], renamed["code"]) == ("name_taken", "name_taken")
    await made(admin)


async def test_an_edit_holds_from_now_on_and_the_past_keeps_its_hours(admin, table):
    calendar = await made(admin, exceptions=[])
    await table.execute(
        "UPDATE calendar_version SET from_at = '2026-01-01 00:00:00+00' WHERE calendar_id = $1",
        calendar["id"],
    )
    new = TEHRAN | {"week": {"friday": OFFICE}, "exceptions": []}

    after = await put(admin, calendar, new)

    past = await admin(
        "GET",
        f"/calendars/{calendar['id']}/open?from=2026-01-02T00:00:00Z&to=2026-01-05T00:00:00Z",
        status=200,
    )
    assert after["version"] == calendar["version"] + 1
    assert after["week"] == CLOSED | {"friday": OFFICE}
    assert [begin for begin, _ in times(past)] == ["2026-01-03T04:30:00Z", "2026-01-04T04:30:00Z"]
    week = await admin("GET", f"/calendars/{calendar['id']}/open", status=200)
    assert week["open_s"] == 9 * 3600


async def test_an_edit_says_which_version_it_is_based_on_and_nothing_new_is_no_version(
    admin, table
):
    calendar = await made(admin)
    path = f"/calendars/{calendar['id']}"

    missing = await admin("PUT", path, TEHRAN, status=428)
    same = await put(admin, calendar, TEHRAN)
    await put(admin, calendar, TEHRAN | {"name_fa": "تهران بزرگ"})
    stale = await put(admin, calendar, TEHRAN, status=412)

    assert (missing["code"], stale["code"]) == ("precondition_missing", "stale")
    assert same == calendar
    assert await table.fetchval("SELECT count(*) FROM calendar_version") == 2


async def test_changes_are_recorded_with_the_days_that_changed(admin, table):
    await factories.prepare(table)
    day = NOWRUZ | {"day": "2026-03-22"}
    calendar = await made(admin)
    await put(admin, calendar, TEHRAN | {"time_zone": "Asia/Kabul", "exceptions": [NOWRUZ, day]})

    made_, changed = await table.fetch(
        "SELECT actor, data FROM event WHERE kind = 'configuration_changed' ORDER BY id"
    )

    assert (made_["data"]["what"], made_["data"]["id"]) == ("calendar", calendar["id"])
    assert made_["data"]["changed"]["name_fa"] == {"from": None, "to": "تهران"}
    assert changed["actor"] == f"user:{admin.user_id}"
    assert changed["data"]["changed"].keys() == {"time_zone", "exceptions"}
    assert changed["data"]["changed"]["time_zone"] == {"from": "Asia/Tehran", "to": "Asia/Kabul"}
    assert changed["data"]["changed"]["exceptions"]["from"] == []
    assert [e["day"] for e in changed["data"]["changed"]["exceptions"]["to"]] == ["2026-03-22"]


async def test_a_calendar_in_use_stays_and_says_who_uses_it(admin, table):
    calendar = await made(admin)
    number = await factories.entry_point(table, queue_id=1)
    queue = await change(admin, "/queues/1", {"calendar_id": calendar["id"]})
    await change(admin, f"/entry_points/{number}", {"calendar_id": calendar["id"]})

    refused = await admin("DELETE", f"/calendars/{calendar['id']}", status=409)
    await change(admin, "/queues/1", {"calendar_id": None}, queue["version"])
    still = await admin("DELETE", f"/calendars/{calendar['id']}", status=409)
    await change(admin, f"/entry_points/{number}", {"calendar_id": None}, 2)
    gone = await admin("DELETE", f"/calendars/{calendar['id']}", status=200)

    assert refused["code"] == "calendar_in_use"
    assert (refused["queue_ids"], refused["entry_point_ids"]) == ([1], [number])
    assert (still["queue_ids"], still["entry_point_ids"]) == ([], [number])
    assert gone["archived_at"] is not None
    assert await admin("GET", "/calendars", status=200) == []
    assert [c["id"] for c in await admin("GET", "/calendars?archived=true", status=200)] == [
        calendar["id"]
    ]


async def test_a_calendar_by_which_something_is_promised_stays(admin, table):
    calendar = await made(admin)
    await table.execute(
        "INSERT INTO sla_policy (name, position, condition, first_reply_s, calendar_id)"
        " VALUES ('large', 0, '{}', 60, $1)",
        calendar["id"],
    )

    refused = await admin("DELETE", f"/calendars/{calendar['id']}", status=409)

    assert (refused["code"], refused["sla_policies"]) == ("calendar_in_use", ["large"])


async def test_who_is_given_a_calendar_goes_by_it_from_then_on(admin, table):
    await factories.prepare(table)
    calendar = await made(admin, exceptions=[])
    choice = {"calendar_id": calendar["id"]}
    await change(admin, "/queues/1", choice)
    await change(admin, "/queues/1", {"name": "Renamed"}, version=2)
    queue = await admin(
        "POST", "/queues", choice | {"name": "New", "team_id": 1, "tier": 1}, status=201
    )
    number = {"channel": "sms", "address": "0912 123 4567", "queue_id": 1}
    made_ = await admin("POST", "/entry_points", number | choice, status=201)
    other = await factories.entry_point(table, queue_id=1)
    await change(admin, f"/entry_points/{other}", choice)

    assert (queue["calendar_id"], made_["calendar_id"]) == (calendar["id"], calendar["id"])
    for found in (
        await calendars.of_queue(table, 1),
        await calendars.of_queue(table, queue["id"]),
        await calendars.of_entry_point(table, made_["id"]),
        await calendars.of_entry_point(table, other),
    ):
        assert [str(version.hours.zone) for version in found.versions] == ["UTC", "Asia/Tehran"]


async def test_an_archived_calendar_is_chosen_and_changed_no_more(admin):
    calendar = await made(admin)
    await admin("DELETE", f"/calendars/{calendar['id']}", status=200)
    path = f"/calendars/{calendar['id']}"

    chosen = await change(admin, "/queues/1", {"calendar_id": calendar["id"]}, status=422)
    unknown = await change(admin, "/queues/1", {"calendar_id": 999}, status=422)
    new = {"name": "x", "team_id": 1, "tier": 1, "calendar_id": calendar["id"]}
    created = await admin("POST", "/queues", new, status=422)
    number = {"channel": "sms", "address": "0912 123 4567", "queue_id": 1, "calendar_id": 999}
    entered = await admin("POST", "/entry_points", number, status=422)
    changed = await put(admin, calendar, TEHRAN | {"name_fa": "x"}, status=409)
    proposed = await admin(
        "POST", f"{path}/holidays/proposals", {"country": "IR", "year": 2026}, status=409
    )

    for problem in (chosen, unknown, created, entered):
        assert problem["field"] == "body.calendar_id"
    assert (changed["code"], proposed["code"]) == ("archived", "archived")
    assert (await admin("DELETE", path, status=200))["archived_at"] is not None


async def test_holidays_are_proposed_and_close_nothing(admin, supervisor):
    calendar = await made(admin)
    path = f"/calendars/{calendar['id']}/holidays/proposals"

    proposed = await admin(
        "POST", path, {"country": "IR", "year": 1405, "reckoning": "persian"}, status=201
    )

    days = {p["day"]: p for p in proposed}
    assert "2026-03-21" not in days, "the calendar says something of it already"
    assert min(days) == "2026-03-22"
    assert max(days) == "2027-03-20"
    assert days["2026-04-01"]["certainty"] == "fixed"
    assert days["2026-04-01"]["persian_day"] == "1405-01-12"
    assert days["2026-04-01"]["name_fa"] == "روز جمهوری اسلامی"
    assert days["2026-06-25"]["certainty"] == "movable"
    assert await supervisor("GET", path, status=200) == proposed
    assert await admin("GET", f"/calendars/{calendar['id']}", status=200) == calendar


async def test_confirmed_holidays_are_exceptions_in_one_new_version(admin):
    calendar = await made(admin, exceptions=[])
    path = f"/calendars/{calendar['id']}/holidays"
    await admin("POST", f"{path}/proposals", {"country": "IR", "year": 2026}, status=201)
    confirmed = [
        {"day": "2026-04-02", "name_en": "Sizdah Bedar", "name_fa": "سیزده‌به‌در"},
        {"day": "2026-04-01", "hours": SHORT},
    ]

    after = await admin("POST", f"{path}/confirmations", {"holidays": confirmed}, status=201)
    left = await admin("GET", f"{path}/proposals", status=200)

    assert after["version"] == calendar["version"] + 1
    assert [(e["day"], e["name_en"], e["hours"], e["source"]) for e in after["exceptions"]] == [
        ("2026-04-01", "Islamic Republic Day", SHORT, "proposal"),
        ("2026-04-02", "Sizdah Bedar", [], "proposal"),
    ]
    assert not {"2026-04-01", "2026-04-02"} & {p["day"] for p in left}
    again = await admin("POST", f"{path}/proposals", {"country": "IR", "year": 2026}, status=201)
    assert again == [
        p | {"proposed_at": n["proposed_at"]} for p, n in zip(left, again, strict=True)
    ]
    body = {k: v for k, v in after.items() if k in TEHRAN}
    body["exceptions"] = [
        {k: e[k] for k in ("day", "name_en", "name_fa", "hours")} for e in after["exceptions"]
    ]
    kept = await put(admin, after, body | {"name_fa": "x"})
    assert [e["source"] for e in kept["exceptions"]] == ["proposal", "proposal"]


async def test_only_what_is_proposed_can_be_confirmed_and_it_needs_both_names(admin):
    calendar = await made(admin, time_zone="America/New_York")
    path = f"/calendars/{calendar['id']}/holidays"
    await admin("POST", f"{path}/proposals", {"country": "US", "year": 2026}, status=201)

    async def refused(*holidays):
        problem = await admin(
            "POST", f"{path}/confirmations", {"holidays": list(holidays)}, status=422
        )
        return problem["field"]

    new_year = {"day": "2026-01-01", "name_fa": "آغاز سال میلادی"}
    assert await refused({"day": "2026-01-02"}) == "body.holidays[0].day"
    assert await refused(new_year, new_year) == "body.holidays[1].day"
    assert await refused({"day": "2026-01-01"}) == "body.holidays[0].name_fa"
    assert await refused(new_year | {"hours": [*OFFICE, *SHORT]}) == "body.holidays[0].hours[1]"
    after = await admin("POST", f"{path}/confirmations", {"holidays": [new_year]}, status=201)
    assert after["exceptions"][0]["name_en"] == "New Year's Day"


async def test_a_proposal_is_dropped_once(admin):
    calendar = await made(admin)
    path = f"/calendars/{calendar['id']}/holidays/proposals"
    await admin("POST", path, {"country": "IR", "year": 2026}, status=201)

    await admin("DELETE", f"{path}/2026-04-01", status=204)
    await admin("DELETE", f"{path}/2026-04-01", status=404)
    await admin("DELETE", f"{path}/someday", status=404)

    assert "2026-04-01" not in {p["day"] for p in await admin("GET", path, status=200)}


async def test_a_list_that_nobody_has_is_refused(admin, subtests):
    calendar = await made(admin)
    for body, field in [
        ({"country": "XX", "year": 2026}, "body.country"),
        ({"country": "ir", "year": 2026}, "body.country"),
        ({"country": "IR", "year": 1405}, "body.year"),
        ({"country": "IR", "year": 2026, "reckoning": "persian"}, "body.year"),
        ({"country": "IR", "year": 1500, "reckoning": "persian"}, "body.year"),
        ({"country": "IR", "year": 1404, "reckoning": "lunar"}, "body.reckoning"),
    ]:
        with subtests.test(body=body, field=field):
            problem = await admin(
                "POST", f"/calendars/{calendar['id']}/holidays/proposals", body, status=422
            )

            assert problem["field"] == field
