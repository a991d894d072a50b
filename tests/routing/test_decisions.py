"""Decisions in words: what is said, in both languages, of what was written down."""

from datetime import UTC, datetime
from string import Formatter
from typing import get_args

import pytest

from routing import decisions
from routing.decision_phrases import PHRASES
from routing.decision_words import CODES, CREDITS
from routing.decisions import Decision, Speaker
from routing.wording import Language, digits, span

AT = datetime(2026, 11, 20, 10, 31, 7, tzinfo=UTC)
NAMES = {1: "Ann", 2: "Bob", 3: "Cyd", 4: "Dan"}
WHY = {
    "decision": "ticket_looked_for_agent",
    "agent_id": 1,
    "level": 1,
    "band": 2,
    "load": 0,
    "capacity": 1,
    "idle_s": 725,
    "eligible": 3,
    "waited_s": 250.2,
    "credit_s": 240,
    "credits": {"reopened": 60, "customer_category:large_business": 180},
    "next": {"agent_id": 3, "behind_because": "level"},
    "passed_over": [
        {"agent_id": 2, "clause": "no_room", "until": None},
        {"agent_id": 4, "clause": "excluded", "until": "2026-11-20T10:31:30Z"},
    ],
}


def told(language: Language, kind: str, *, agent_id: int | None = 1, **data: object) -> str:
    decision = Decision(kind=kind, at=AT, actor="system", agent_id=agent_id, data=data)
    speaker = Speaker(
        language=language,
        agents=NAMES,
        queues={7: "Support", 8: "Lab"},
        instant=lambda at: digits(f"{at:%H:%M:%S}", language),
    )
    return decisions.sentence(decision, speaker).replace("\u2068", "").replace("\u2069", "")


def test_an_offer_is_told_with_all_that_it_went_by() -> None:
    assert told("en", "ticket_offered", why=WHY) == (
        "Offered to Ann at 10:31:07."
        " The ticket had waited 4 min 10 s + 3 min (large business) + 1 min (reopened) = 8 min 10 s."
        " Ann: own team, band 2, 0 of 1 units taken, idle for 12 min 5 s,"
        " the first of 3 who could take it."
        " Behind: Cyd (helps out)."
        " Not eligible: Bob (has no room), Dan (did not take it, again from 10:31:30)."
    )
    assert told("fa", "ticket_offered", why=WHY) == (
        "ساعت ۱۰:۳۱:۰۷ به Ann پیشنهاد شد."
        " امتیاز درخواست ۴ دقیقه و ۱۰ ثانیه + ۳ دقیقه (کسب‌وکار بزرگ) + ۱ دقیقه (بازگشایی)"
        " = ۸ دقیقه و ۱۰ ثانیه بود."
        " Ann: صف خودش، رستهٔ ۲، ۰ از ۱ واحد ظرفیت پر، ۱۲ دقیقه و ۵ ثانیه بیکار،"
        " نخست از ۳ نفری که می‌توانستند بگیرند."
        " پس از او: Cyd (کمکی است)."
        " واجد شرایط نبودند: Bob (ظرفیت ندارد)، Dan (آن را نپذیرفت، دوباره از ۱۰:۳۱:۳۰)."
    )


def test_the_longest_idle_is_told_to_be_it() -> None:
    why = WHY | {"next": {"agent_id": 3, "behind_because": "idle"}}

    assert "idle longest of 3 (12 min 5 s). Behind: Cyd (idle for less long)." in told(
        "en", "ticket_offered", why=why
    )
    assert "از میان ۳ نفر بیش از همه بیکار (۱۲ دقیقه و ۵ ثانیه)" in told(
        "fa", "ticket_offered", why=why
    )


@pytest.mark.parametrize(
    ("following", "english", "persian"),
    [
        (
            {"next": {"ticket_id": 9, "score_s": 455}},
            ", the highest of all that Ann could take (next: 7 min 35 s).",
            "، بالاترین در میان همهٔ آنچه Ann می‌توانست بگیرد (بعدی: ۷ دقیقه و ۳۵ ثانیه).",
        ),
        ({}, ", the only one that Ann could take.", "، و Ann جز آن چیزی برای برداشتن نداشت."),
    ],
)
def test_an_agent_who_looked_is_told_what_else_there_was(
    following: dict, english: str, persian: str
) -> None:
    why = {
        "decision": "agent_looked_for_ticket",
        "waited_s": 600,
        "credit_s": 0,
        "handicap_s": 120,
        "score_s": 480,
        **following,
    }

    assert told("en", "ticket_assigned", why=why) == (
        "Given to Ann at 10:31:07, without asking, who had room and looked for work."
        " The ticket had waited 10 min - 2 min (handicap) = 8 min" + english
    )
    assert told("fa", "ticket_assigned", why=why).endswith(
        "امتیاز درخواست ۱۰ دقیقه - ۲ دقیقه (کسر) = ۸ دقیقه بود" + persian
    )


@pytest.mark.parametrize("phrase", PHRASES)
def test_both_languages_tell_the_same(phrase: str) -> None:
    named = [
        {field for piece in PHRASES[phrase][language] for field in _fields(piece)}
        for language in get_args(Language)
    ]

    assert named[0] == named[1]


def _fields(piece: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(piece) if field}


def test_what_is_sticky_is_not_told_to_have_the_highest_score() -> None:
    why = {
        "decision": "agent_looked_for_ticket",
        "sticky": True,
        "waited_s": 5,
        "credit_s": 0,
        "handicap_s": 0,
        "score_s": 5,
        "next": {"ticket_id": 9, "score_s": 455},
    }

    assert told("en", "ticket_offered", why=why).endswith(
        " waited 5 s, and it comes before all else that Ann could take (next: 7 min 35 s)."
        " Ann had it before."
    )


def test_what_was_not_written_down_is_left_out() -> None:
    assert told("en", "offer_declined") == "Ann declined at 10:31:07."
    assert told("en", "offer_declined", rang_s=12.4, excluded_until="2026-11-20T10:32:07Z") == (
        "Ann declined at 10:31:07, after 12 s; asked again from 10:32:07."
    )


def test_every_code_has_words_in_both_languages() -> None:
    for words in (*CODES.values(), CREDITS):
        for word in words.values():
            assert word.keys() == set(get_args(Language))


def test_what_has_no_words_is_told_as_it_is() -> None:
    said = told("en", "ticket_released", queue_id=7, reason="gone_fishing")

    assert said == "Ann gave it back to Support at 10:31:07: gone_fishing."


@pytest.mark.parametrize(
    ("seconds", "english", "persian"),
    [
        (0.04, "0 s", "۰ ثانیه"),
        (3.26, "3.3 s", "۳٫۳ ثانیه"),
        (250, "4 min 10 s", "۴ دقیقه و ۱۰ ثانیه"),
        (3599.6, "1 h", "۱ ساعت"),
        (90_061, "1 d 1 h 1 min", "۱ روز و ۱ ساعت و ۱ دقیقه"),
        (-90, "-1 min 30 s", "منفی ۱ دقیقه و ۳۰ ثانیه"),
    ],
)
def test_spans_are_told_in_words(seconds: float, english: str, persian: str) -> None:
    assert (span(seconds, "en"), span(seconds, "fa")) == (english, persian)
