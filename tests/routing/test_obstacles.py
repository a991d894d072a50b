"""Why an agent has not got a ticket, in words."""

from string import Formatter
from typing import get_args

import pytest

from routing import obstacles
from routing.eligibility import CLAUSES
from routing.states import State
from routing.wording import Language


@pytest.mark.parametrize("phrase", obstacles.PHRASES)
def test_both_languages_say_the_same(phrase: str) -> None:
    named = [
        {
            field
            for piece in obstacles.PHRASES[phrase][language]
            for _, field, _, _ in Formatter().parse(piece)
            if field
        }
        for language in get_args(Language)
    ]

    assert named[0] == named[1]


def test_every_clause_and_every_state_has_its_sentence() -> None:
    states = [state for state in get_args(State) if state != "waiting"]
    needed = {obstacles.variant("not_waiting", state) for state in (*states, "offered_to_him")}
    needed |= {
        obstacles.variant(clause, "waiting") for clause in CLAUSES if clause != "not_waiting"
    }

    assert needed | {"nothing"} == obstacles.PHRASES.keys()
