"""Stretches of time in whole seconds: what two have in common, what several cover together."""

from collections.abc import Iterable, Sequence

#: From a second to a second; nothing where both are the same.
Span = tuple[int, int]


def union(spans: Iterable[Span]) -> list[Span]:
    """What these cover together, in order, without overlaps."""
    covered: list[Span] = []
    for begin, end in sorted(spans):
        if end <= begin:
            continue
        if covered and begin <= covered[-1][1]:
            covered[-1] = covered[-1][0], max(covered[-1][1], end)
        else:
            covered.append((begin, end))
    return covered


def common(these: Iterable[Span], those: Iterable[Span]) -> list[Span]:
    """What is in both."""
    others = union(those)
    return union(
        (max(begin, other[0]), min(end, other[1]))
        for begin, end in union(these)
        for other in others
    )


def without(these: Iterable[Span], those: Iterable[Span]) -> list[Span]:
    """What is in the first ones only."""
    left = union(these)
    for begin, end in union(those):
        left = [
            piece
            for had in left
            for piece in ((had[0], min(had[1], begin)), (max(had[0], end), had[1]))
            if piece[0] < piece[1]
        ]
    return left


def length_s(spans: Sequence[Span]) -> int:
    """How long these are together."""
    return sum(end - begin for begin, end in union(spans))
