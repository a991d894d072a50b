"""The words by which a customer stops or starts messages."""

import pytest
from recording_inbox import RecordingInbox
from sms_contract import PATH, SmsContract
from twilio_requests import message, signed

from channels._consent import consent_of

SMS = SmsContract()
STOPS = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
STARTS = ["START", "YES", "UNSTOP"]
WRITTEN = [
    "{}",
    " {}\n",
    "{}.",
    "{}!!!",
    "\u200e{}\u200f",
    "«{}»",
    "- {} -",
    "\t{} 🙏",
]


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("word", STOPS)
def test_word_that_stops_withdraws_consent_however_it_is_written(word, written):
    for text in (word, word.lower(), word.title(), word.swapcase()):
        assert consent_of(written.format(text), None) == "withdrawn"


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("word", STARTS)
def test_word_that_starts_gives_consent_however_it_is_written(word, written):
    for text in (word, word.lower(), word.title()):
        assert consent_of(written.format(text), None) == "given"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "🙏",
        "STOP PLEASE",
        "please stop",
        "don't stop",
        "STOP ALL",
        "opt out",
        "STOP START",
        "stopping",
        "yes please",
        "HELP",
        "INFO",
        "توقف",
        "بله",
        "S.T.O.P",
        "ＳＴＯＰ it",
        "x" * 100_000,
    ],
)
def test_any_other_text_says_nothing_of_consent(text):
    assert consent_of(text, None) is None


def test_full_width_letters_are_letters():
    assert consent_of("ＳＴＯＰ", None) == "withdrawn"


@pytest.mark.parametrize(
    ("text", "told", "consent"),
    [
        ("ARRET", "STOP", "withdrawn"),
        ("لغو", "STOP", "withdrawn"),
        ("لغو", "stop ", "withdrawn"),
        ("شروع", "START", "given"),
        ("CANCEL", "HELP", None),  # a word that this Messaging Service takes for something else
        ("YES", "STOP", "withdrawn"),
        ("STOP", "SOMETHING NEW", "withdrawn"),  # not Twilio's word as we know it: the text counts
        ("STOP", "", "withdrawn"),
        ("hello", "SOMETHING NEW", None),
    ],
)
def test_twilios_own_word_counts_before_the_text(text, told, consent):
    assert consent_of(text, told) == consent


@pytest.mark.parametrize(("text", "consent"), [("Stop.", "withdrawn"), ("yes", "given")])
async def test_message_about_consent_is_delivered_like_any_other(
    aiohttp_client, http, text, consent
):
    inbox = RecordingInbox()
    client = await SMS.serve(aiohttp_client, SMS.create(SMS.env(http)), inbox)

    await SMS.post(client, signed(PATH, message("SM1", text)))
    await SMS.post(client, signed(PATH, message("SM2", "hello")))

    asked, other = inbox.received
    assert (asked.text, asked.consent) == (text, consent)
    assert other.consent is None
