"""A customer is asked how it went, answers with a digit or by the link, and the report knows."""

from urllib.parse import urlsplit

import aiohttp
import pytest
from centre import SARA, Centre, eventually

from contactcenter import survey_sender

REZA = "+989121234568"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_sender, "EVERY_S", 0.2)


async def test_customers_answer_by_digit_and_by_link(centre: Centre) -> None:
    async with centre.database.transaction() as conn:
        await conn.execute(
            "UPDATE survey_policy SET is_on = true, after_s = 0, quiet_s = 0;"
            "UPDATE notice_limit SET opens_min = 0, closes_min = 1440"
        )
    ann = await centre.person("Ann", tiers=(1,))
    for phone in (SARA, REZA):
        await centre.customer_writes(phone, "My printer does not start.")
    held = await eventually(lambda: _held(ann, 2), what="two tickets")
    for ticket in held:
        await ann.post(f"/tickets/{ticket['id']}/solutions", {"disposition": "solved"})

    async def asked() -> list:
        texts = [one for one in centre.twilio.ledger.of("accepted") if "/survey/" in one.text]
        return texts if len(texts) == 2 else []

    texts = {one.to: one.text for one in await eventually(asked, what="both questions")}
    assert await centre.customer_writes(SARA, "۵") == 200
    path = urlsplit(texts[REZA].split()[-1]).path
    async with aiohttp.ClientSession() as http:
        async with http.get(centre.url + path) as page:
            assert "How well did we solve your problem?" in await page.text()
        async with http.post(centre.url + path, data={"score": "2"}) as page:
            assert "Your answer is with us." in await page.text()

    async def answered() -> list:
        found = [await ann.get(f"/tickets/{one['id']}/surveys") for one in held]
        return found if all(one[0]["score"] for one in found) else []

    surveys = [one[0] for one in await eventually(answered, what="both answers")]
    assert sorted((one["score"], one["answered_by"]) for one in surveys) == [
        (2, "link"),
        (5, "reply"),
    ]
    assert {one["agent_id"] for one in surveys} == {ann.id}
    assert [(await ann.get(f"/tickets/{one['id']}"))["state"] for one in held] == ["solved"] * 2

    async def counted() -> dict | None:
        told = await ann.get("/reports/satisfaction?by=agent&period=today")
        figures = told["totals"]
        return figures if figures["response_rate"]["denominator"] == 2 else None

    figures = await eventually(counted, what="the report")
    assert (figures["csat"]["numerator"], figures["csat"]["denominator"]) == (1, 2)
    assert figures["response_rate"]["numerator"] == 2


async def _held(person, n: int) -> list:
    items = (await person.get("/tickets?mine=true&state=assigned"))["items"]
    return items if len(items) == n else []
