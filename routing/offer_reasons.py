"""The reason of an offer in words: how long the ticket had waited, and what put others behind."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from routing.decision_words import BEHIND, CREDITS, word
from routing.sentences import clause_in_words
from routing.wording import Language, digits, listed, span

#: Of more than this many the dispatcher reads no further.
CANDIDATES_READ: Final = 8

_HANDICAP: Final[Mapping[Language, str]] = {"en": "handicap", "fa": "کسر"}
_OWN: Final[Mapping[Language, str]] = {"en": "own team", "fa": "صف خودش"}
_HELPS: Final[Mapping[Language, str]] = {"en": "helps out (level {})", "fa": "کمکی (پلهٔ {})"}
_BAND: Final[Mapping[Language, str]] = {"en": "band {}", "fa": "رستهٔ {}"}
_LOAD: Final[Mapping[Language, str]] = {
    "en": "{} of {} units taken",
    "fa": "{} از {} واحد ظرفیت پر",
}
_IDLE: Final[Mapping[Language, str]] = {"en": "idle for {}", "fa": "{} بیکار"}
_LONGEST: Final[Mapping[Language, str]] = {
    "en": "idle longest of {} ({})",
    "fa": "از میان {} نفر بیش از همه بیکار ({})",
}
_FIRST: Final[Mapping[Language, str]] = {
    "en": "the first of {} who could take it",
    "fa": "نخست از {} نفری که می‌توانستند بگیرند",
}
_ONLY: Final[Mapping[Language, str]] = {
    "en": "the only one who could take it",
    "fa": "تنها کسی که می‌توانست بگیرد",
}
_AT_LEAST: Final[Mapping[Language, str]] = {"en": "at least {}", "fa": "دست‌کم {}"}
#: Until when a clause is false.
_UNTIL: Final[Mapping[str, Mapping[Language, str]]] = {
    "too_early": {"en": ", from {}", "fa": "، از {}"},
    "excluded": {"en": ", again from {}", "fa": "، دوباره از {}"},
    "kept_for_another": {"en": ", until {}", "fa": "، تا {}"},
}
_BANDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "on": {
        "en": "Bands counted at that time, as the experiment has it",
        "fa": "بنا بر آزمایش، رسته‌ها در آن هنگام به حساب می‌آمدند",
    },
    "off": {
        "en": "Bands did not count at that time, as the experiment has it",
        "fa": "بنا بر آزمایش، رسته‌ها در آن هنگام به حساب نمی‌آمدند",
    },
}


class Speaker(Protocol):
    """Who speaks: see ``routing.decisions.Speaker``."""

    @property
    def language(self) -> Language:
        """The language."""

    def agent(self, agent_id: int) -> str:
        """An agent's name."""

    def moment(self, at: datetime | str) -> str:
        """An instant."""


def reasons(why: Mapping[str, Any], speaker: Speaker) -> dict[str, str]:
    """What the sentences of an offer may name; nothing of a reason that is none of the router's."""
    if "waited_s" not in why:
        return {}
    language = speaker.language
    known = {"standing": listed(_standing(why, language), language)} if "level" in why else {}
    rows = _rows(why)
    if len(rows) == 0 and not why.get("handicap_s"):
        known["waited_only"] = span(why["waited_s"], language)
    else:
        known["sum"] = _sum(why, rows, language)
    if why.get("sticky"):
        known["is_sticky"] = ""
    following = why.get("next", {})
    if "score_s" in following:
        known["other_score" if why.get("sticky") else "next_score"] = span(
            following["score_s"], language
        )
    else:
        known["is_alone"] = ""
    if "agent_id" in following:
        known["next_agent"] = speaker.agent(following["agent_id"])
        known["behind_because"] = word(BEHIND, following["behind_because"], language)
    if why.get("passed_over"):
        known["passed_over"] = listed((_passed(p, speaker) for p in why["passed_over"]), language)
    if why.get("bands") in _BANDS:
        known["bands_counted"] = _BANDS[why["bands"]][language]
    return known


def credit_rows(rows: Mapping[str, int], language: Language) -> str:
    """Credits by name: ``3 min (large business), 1 min (reopened)``."""
    return listed((_credit(reason, s, language) for reason, s in _sorted(rows)), language)


def credit_names(names: Iterable[str], language: Language) -> str:
    """Credits by name alone."""
    return listed((_credit_name(reason, language) for reason in sorted(names)), language)


def _rows(why: Mapping[str, Any]) -> Mapping[str, int]:
    """The credits by name; of old reasons only the sum is known."""
    if "credits" in why:
        rows: Mapping[str, int] = why["credits"]
        return rows
    return {"given": why["credit_s"]} if why.get("credit_s") else {}


def _sum(why: Mapping[str, Any], rows: Mapping[str, int], language: Language) -> str:
    handicap_s = why.get("handicap_s") or 0
    score_s = why.get("score_s", why["waited_s"] + sum(rows.values()) - handicap_s)
    parts = [span(why["waited_s"], language)]
    parts += [f"+ {_credit(reason, s, language)}" for reason, s in _sorted(rows)]
    if handicap_s:
        parts.append(f"- {span(handicap_s, language)} ({_HANDICAP[language]})")
    return f"{' '.join(parts)} = {span(score_s, language)}"


def _sorted(rows: Mapping[str, int]) -> list[tuple[str, int]]:
    """The largest first."""
    return sorted(rows.items(), key=lambda row: (-row[1], row[0]))


def _credit(reason: str, credit_s: int, language: Language) -> str:
    return f"{span(credit_s, language)} ({_credit_name(reason, language)})"


def _credit_name(reason: str, language: Language) -> str:
    kind, _, value = reason.partition(":")
    return word(CREDITS, value or kind, language)


def _standing(why: Mapping[str, Any], language: Language) -> Iterator[str]:
    """What the chosen agent was, just before."""
    yield _OWN[language] if why["level"] == 1 else _number(_HELPS, language, why["level"])
    if why["band"]:
        yield _number(_BAND, language, why["band"])
    yield _number(_LOAD, language, why["load"], why["capacity"])
    idle, eligible = span(why["idle_s"], language), why["eligible"]
    among = digits(str(eligible), language)
    if eligible >= CANDIDATES_READ:
        among = _AT_LEAST[language].format(among)
    if why.get("next", {}).get("behind_because") == "idle":
        yield _LONGEST[language].format(among, idle)
        return
    yield _IDLE[language].format(idle)
    yield _ONLY[language] if eligible == 1 else _FIRST[language].format(among)


def _number(words: Mapping[Language, str], language: Language, *numbers: int) -> str:
    return digits(words[language].format(*numbers), language)


def _passed(one: Mapping[str, Any], speaker: Speaker) -> str:
    clause, language = one["clause"], speaker.language
    until = ""
    if one.get("until") is not None and clause in _UNTIL:
        until = _UNTIL[clause][language].format(speaker.moment(one["until"]))
    return f"{speaker.agent(one['agent_id'])} ({clause_in_words(clause, language)}{until})"
