"""Twilio's error codes: one table, and what of it is reported."""

import pytest
from recording_inbox import RecordingInbox
from sms_contract import STATUS_PATH, SmsContract
from twilio_requests import report, signed

from channels._twilio_errors import ERRORS, kind_of

SMS = SmsContract()

#: Each code as Twilio's pages class it, written out a second time.
KINDS = {
    "number": {21211, 21217, 21612, 21614, 30005, 30006},
    "consent": {21610},
    "policy": {21408, 30004, 30007, 30034},
    "content": {21602, 21617},
    "transient": {20429, 20500, 20503, 21611, 21730, 30001, 30003, 30008, 30500},
    "late": {30036},
    "account": {20003, 20005, 20404, 30002},
}


def test_every_code_has_the_kind_that_was_agreed():
    assert {code: error.kind for code, error in ERRORS.items()} == {
        code: kind for kind, codes in KINDS.items() for code in codes
    }


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_code_says_what_it_means_and_where_it_is_explained(code):
    error = ERRORS[code]

    assert error.source == f"https://www.twilio.com/docs/api/errors/{code}"
    assert error.meaning.endswith(".")
    assert kind_of(code) == kind_of(str(code)) == error.kind


def test_channel_tells_the_kind_of_a_code(http):
    channel = SMS.create(SMS.env(http))

    assert (channel.failure("21610"), channel.failure("30999")) == ("consent", None)


@pytest.mark.parametrize("code", [0, 30999, "", "None", None, "21610x", "²1610", "-21610", "٢١٦١٠"])
def test_unknown_code_has_no_kind(code):
    assert kind_of(code) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [("30005", "number"), ("30003", "transient"), ("21610", "consent"), ("30036", "late")],
)
async def test_report_of_a_failure_says_of_which_kind_it_is(aiohttp_client, http, code, kind):
    inbox = RecordingInbox()
    client = await SMS.serve(aiohttp_client, SMS.create(SMS.env(http)), inbox)
    params = report("SM1", "undelivered", ErrorCode=code)

    await SMS.post(client, signed(STATUS_PATH, params))
    await SMS.post(client, signed(STATUS_PATH, report("SM2", "delivered")))

    failed, arrived = inbox.updates
    assert (failed.error_code, failed.failure) == (code, kind)
    assert (arrived.error_code, arrived.failure) == (None, None)
