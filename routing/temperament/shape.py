"""Names what a message is like apart from its words: how long, how cut up, what it answers."""

from collections.abc import Iterable, Mapping, Sequence

from routing.phrases import is_sum
from routing.temperament.signs import Sign
from routing.temperament.turns import Turn

_LENGTHS = (2, 5, 9, 15, 24, 40, 70)
_SENTENCE_LENGTHS = (3, 5, 8, 13, 20)
_ANSWER_LENGTHS = (5, 11)
_MOST = 3.0


def named_features(turns: Sequence[Turn]) -> dict[str, float]:
    """Return the named features of the customer's turns read as one: their cues and their shape.

    A cue counts once in full and once more if it shows in several places.
    """
    features: dict[str, float] = {}
    for turn in turns:
        _add(features, _of_signs(turn.signs))
        _add(features, _of_answer(turn))
    _add(features, _of_shape(turns))
    return features


def _add(features: dict[str, float], more: Mapping[str, float]) -> None:
    for name, value in more.items():
        features[name] = min(features.get(name, 0.0) + value, _MOST)


def _of_signs(signs: Iterable[Sign]) -> dict[str, float]:
    features: dict[str, float] = {}
    for sign in signs:
        again = f"cue:{sign.cue}" in features
        weight = sign.weight * sign.repeats if again else sign.weight
        features[f"cue:{sign.cue}"] = 1.5 if again else 1.0
        total = f"cues:{sign.label}"
        features[total] = features.get(total, 0.0) + weight
    return features


def _of_answer(turn: Turn) -> dict[str, float]:
    """Name what the agent did just before, and how briefly that is answered."""
    if not turn.answers and not turn.follows_agent:
        return {}
    length = _step(len(turn.own.keys), _ANSWER_LENGTHS)
    features = {f"answer<{length}": 1.0}
    for move in sorted(turn.answers):
        features[f"after:{move}"] = 1.0
        features[f"after:{move}<{length}"] = 1.0
    return features


def _of_shape(turns: Sequence[Turn]) -> dict[str, float]:
    words = sum(len(turn.own.keys) for turn in turns)
    sentences = sum(len(set(turn.own.sentences)) for turn in turns)
    clauses = sum(len(set(turn.own.clauses)) for turn in turns)
    asks = sum(len(turn.own.asks) for turn in turns)
    text = "".join(turn.text for turn in turns)
    sums = sum(is_sum(turn.own, at) for turn in turns for at in range(len(turn.own.keys)))
    found = {
        f"sums:{min(sums, 3)}": 1.0,
        f"words<{_step(words, _LENGTHS)}": 1.0,
        f"sentence<{_step(words / max(sentences, 1), _SENTENCE_LENGTHS)}": 1.0,
        "clauses": min(clauses, 10) / 5,
        "asks": min(asks, 4) / 2,
        "asks_nothing": float(not asks),
        "exclaims": float("!" in text),
        "trails_off": float("…" in text or ".." in text),
        "quotes": min(sum(text.count(mark) for mark in '"“«'), 4) / 2,
        "numbers": min(_numbers(turns), 4) / 2,
        "turns": min(len(turns) - 1, 3) / 2,
    }
    return {name: value for name, value in found.items() if value}


def _step(value: float, steps: tuple[int, ...]) -> str:
    return next((str(step) for step in steps if value < step), "more")


def _numbers(turns: Sequence[Turn]) -> int:
    return sum(key[0].isdigit() for turn in turns for key in turn.own.keys)
