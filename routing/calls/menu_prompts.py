"""How prompts are written in a menu: the name of one of the house, or what is heard by language."""

import re
from typing import Any, Final, NamedTuple

from routing.calls.menus import Prompt, Utterance

#: What a caller listens to at a stretch; a provider takes 4,096 characters.
MAX_TEXT: Final = 1000
#: What may stand in braces: when it opens again.
PLACES: Final = frozenset({"opens"})

_NAME: Final = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_HTTPS: Final = re.compile(r"https://[!-~]{1,1900}")
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


class Problem(NamedTuple):
    """What is wrong, and at which place, such as ``tree.nodes.main.options.2``."""

    place: str
    detail: str


def prompt_of(written: Any, place: str, problems: list[Problem]) -> Prompt:
    """A prompt as it was written: a name, or an object of texts and sounds by language."""
    if isinstance(written, str):
        if not _NAME.fullmatch(written):
            problems.append(Problem(place, "The name of a prompt is of a-z, 0-9, . and _."))
        return Prompt(name=written)
    if not isinstance(written, dict) or not written:
        detail = "Give the name of a prompt, or what is heard by language."
        problems.append(Problem(place, detail))
        return Prompt()
    heard = {}
    for language, one in written.items():
        at = f"{place}.{str(language)[:20]}"
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            problems.append(Problem(at, "A language is two letters, such as en or fa."))
        else:
            heard[language] = _utterance(one, at, problems)
    return Prompt(by_language=heard)


def _utterance(written: Any, place: str, problems: list[Problem]) -> Utterance:
    if isinstance(written, str):
        return Utterance(say=_text(written, place, problems))
    if not isinstance(written, dict) or len(written) != 1:
        detail = 'Give a text, {"play": "https://…"} or {"prompt": "its name"}.'
        problems.append(Problem(place, detail))
        return Utterance()
    key, value = next(iter(written.items()))
    if key == "say" and isinstance(value, str):
        return Utterance(say=_text(value, f"{place}.say", problems))
    if key == "play" and isinstance(value, str) and _HTTPS.fullmatch(value):
        return Utterance(play=value)
    if key == "prompt" and isinstance(value, str) and _NAME.fullmatch(value):
        return Utterance(prompt=value)
    wanted = {
        "say": "Give a text.",
        "play": "Give an address that begins with https://.",
        "prompt": "The name of a prompt is of a-z, 0-9, . and _.",
    }
    problems.append(Problem(f"{place}.{str(key)[:20]}", wanted.get(key, "There is no such field.")))
    return Utterance()


def _text(written: str, place: str, problems: list[Problem]) -> str:
    if not written.strip():
        problems.append(Problem(place, "Give a text."))
    if len(written) > MAX_TEXT:
        detail = f"It has {len(written)} characters; a caller hears {MAX_TEXT} at most."
        problems.append(Problem(place, detail))
    problems.extend(
        Problem(place, f"There is nothing to take the place of {{{name[:40]}}}.")
        for name in _PLACE.findall(written)
        if name not in PLACES
    )
    return written
