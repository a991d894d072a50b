"""Which channels there are, and whether messages to our addresses come in."""

from contactcenter.mails.mailroom import Mailroom

HELP, SALES = "help@example.com", "sales@example.com"


async def test_a_way_in_that_fails_says_why_and_the_others_work(admin, supervisor, database):
    for address in (HELP, SALES):
        made = {"channel": "email", "address": address, "queue_id": 1}
        await admin("POST", "/entry_points", made, status=201)
    mailroom = Mailroom(database, holder="test")
    await mailroom.works(HELP, "imap")
    for _ in range(2):
        await mailroom.fails(HELP, "imap", "The server refuses the password.")
    await mailroom.works(SALES, "imap")

    listed = {one["name"]: one for one in await supervisor("GET", "/channels", status=200)}

    assert listed["sms"]["missing"] == [
        "CONTACTCENTER_TWILIO_ACCOUNT_SID",
        "CONTACTCENTER_TWILIO_AUTH_TOKENS",
    ]
    assert listed["sms"]["entry_points"] == []
    settings = {one["key"]: one["secret"] for one in listed["sms"]["settings"]}
    assert settings["twilio_auth_tokens"] is True
    assert settings["twilio_account_sid"] is False
    assert "twilio_api_base" not in settings
    help_, sales = listed["email"]["entry_points"]
    assert (help_["address"], sales["address"]) == (HELP, SALES)
    [way] = help_["ways_in"]
    assert (way["way"], way["works"], way["failures"]) == ("imap", False, 2)
    assert way["error"] == "The server refuses the password."
    assert way["worked_at"] < way["failed_at"]
    assert [(one["works"], one["error"]) for one in sales["ways_in"]] == [(True, None)]

    await mailroom.works(HELP, "imap")
    listed = {one["name"]: one for one in await supervisor("GET", "/channels", status=200)}
    [way] = listed["email"]["entry_points"][0]["ways_in"]
    assert (way["works"], way["failures"], way["error"]) == (True, 0, None)


async def test_only_supervisors_see_what_fails(agent):
    await agent("GET", "/channels", status=403)
