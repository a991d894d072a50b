"""Alert rules are set up by administrators, and what they raise is seen by who leads."""

from datetime import UTC, datetime

import factories
import pytest

from contactcenter.alerting import raising
from contactcenter.reporting.today import Day, Today
from contactcenter.time_zones import zone_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RULE = {
    "name": " Too many ",
    "measure": "waiting",
    "direction": "above",
    "threshold": 1,
    "clears_at": 0,
}
DAY = Day(
    from_at=NOON.replace(hour=0),
    zone=zone_of("UTC"),
    within_s=20,
    variant="abandoned_in_time_ignored",
)


async def test_a_rule_is_written_edited_and_thrown_away(admin, supervisor, agent):
    await supervisor("POST", "/alert_rules", RULE, status=403)
    await agent("GET", "/alert_rules", status=403)

    made = await admin("POST", "/alert_rules", RULE, status=201)
    await admin("POST", "/alert_rules", RULE, status=409)
    path = f"/alert_rules/{made['id']}"
    edited = await admin(
        "PUT", path, RULE | {"threshold": 5}, status=200, headers={"If-Match": '"1"'}
    )
    await admin("PUT", path, RULE, status=412, headers={"If-Match": '"1"'})
    secrets = (await admin("GET", f"{path}/webhook_secrets", status=200))["secrets"]

    assert (made["name"], made["for_s"], made["is_on"]) == ("Too many", 0, True)
    assert (edited["threshold"], edited["version"]) == (5, 2)
    assert await supervisor("GET", "/alert_rules", status=200) == [edited]
    assert all(one.startswith("whsec_") for one in secrets)
    await supervisor("GET", f"{path}/webhook_secrets", status=403)
    await admin("DELETE", path, status=204)
    await admin("GET", path, status=404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"measure": "moods"}, "body.measure"),
        ({"direction": "sideways"}, "body.direction"),
        ({"clears_at": 2}, "body.clears_at"),
        ({"webhook_url": "https://192.168.1.1/"}, "body.webhook_url"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_and_says_where(admin, change, field):
    refused = await admin("POST", "/alert_rules", RULE | change, status=422)

    assert refused["field"] == field


async def test_what_was_raised_is_listed_with_who_is_told(admin, supervisor, table):
    await factories.prepare(table)
    queue_id = await factories.queue(table)
    for _ in range(2):
        await factories.queued_ticket(table, NOON, queue_id=queue_id)
    address = {"webhook_url": "https://hooks.example.com/secret?key=1"}
    rule = await admin("POST", "/alert_rules", RULE | address, status=201)
    of_others = {"name": "Of others", "queue_id": queue_id}
    hidden = await admin("POST", "/alert_rules", RULE | of_others, status=201)
    async with table.transaction():
        await raising.look(table, NOON, Today(), DAY)

    (alert,) = (await supervisor("GET", "/alerts?state=open", status=200))["items"]
    (seen,) = await supervisor("GET", "/alert_rules", status=200)
    await supervisor("GET", f"/alert_rules/{hidden['id']}", status=404)
    assert len((await admin("GET", "/alerts?state=open", status=200))["items"]) == 2
    told = await table.fetch("SELECT data FROM event WHERE kind = 'configuration_changed'")
    assert not [row for row in told if "secret" in str(row["data"])]
    assert rule["webhook_url"] == address["webhook_url"]
    assert (seen["id"], seen["webhook_url"]) == (rule["id"], "https://hooks.example.com")
    await admin("DELETE", f"/alert_rules/{rule['id']}", status=204)

    assert (alert["value"], alert["deliveries"][0]["target"]) == (2, "https://hooks.example.com")
    assert (await supervisor("GET", "/alerts?state=open", status=200))["items"] == []
    (over,) = (await supervisor("GET", "/alerts", status=200))["items"]
    assert over["cleared_because"] == "removed"
