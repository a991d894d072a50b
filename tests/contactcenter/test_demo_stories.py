import io
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from contactcenter.demo import closing
from contactcenter.demo.cast import STORIES, acquaintances, cast
from contactcenter.demo.stories import Story, Understanding
from contactcenter.demo.stories_phone import MESSAGE, PHONE_STORIES
from contactcenter.temperament_model import trained_reader
from routing import language, service_tags
from routing.requests import asks_for_escalation
from routing.temperament import LABELS, Message
from routing.temperament.contact import Shown, log_ratios
from routing.temperament.standing import standing

TAGS = [story.machine.service_tag for story in STORIES if story.machine]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_words_of_a_story_show_its_temperament_and_language(story: Story):
    began = datetime(2026, 3, 1, 9, tzinfo=UTC)
    said: list[Message] = []
    shown: list[Shown] = []
    for turn in story.turns:
        for text in turn.says:
            said.append(Message(role="customer", text=text, channel="sms"))
            reading = trained_reader()(said[-1], said[:-1])
            shown.append(
                Shown(
                    interaction_id=len(said),
                    thread=1,
                    channel="sms",
                    at=began + timedelta(minutes=len(said)),
                    log_ratios=log_ratios(reading),
                    is_explicit=reading.is_explicit,
                    cues=frozenset(sign.points_to for sign in reading.evidence),
                )
            )
        said += [Message(role="agent", text=turn.reply, channel="sms")] if turn.reply else []

    assert standing(shown, began + timedelta(hours=3)).label == story.temperament
    customer = "\n".join(message.text for message in said if message.role == "customer")
    assert language.detect(customer) == story.language


def test_all_temperaments_and_languages_are_played():
    assert {story.temperament for story in STORIES} == set(LABELS)
    assert {story.language for story in STORIES} == {"en", "fa", "fa-Latn"}


def test_somebody_asks_for_a_manager_in_each_language():
    asked = {
        story.language
        for story in STORIES
        for turn in story.turns
        for text in turn.says
        if asks_for_escalation(text)
    }
    assert asked >= {"en", "fa"}


def test_an_agent_understands_every_turn_and_waits_while_the_customer_goes_on():
    understanding = Understanding(STORIES)
    for story in STORIES:
        for turn in story.turns:
            *before, last = turn.says
            assert understanding.turn(last) == turn
            assert not understanding.goes_on(last)
            assert all(map(understanding.goes_on, before))
    assert understanding.turn("Is anybody there?").reply


def test_no_story_waits_for_an_answer_that_nobody_gives():
    for story in STORIES:
        assert all(turn.reply for turn in story.turns[:-1]), story.name
        assert story.turns[-1].then == "solve", story.name


@pytest.mark.parametrize("messages", [50, 51, 60, 137, 500])
def test_exactly_so_many_messages_are_sent_as_were_asked_for(messages: int):
    roles = cast(messages, random.Random(messages))

    assert sum(role.story.messages for role in roles) == messages
    assert len({role.number for role in roles}) == len(roles)
    assert {role.story.temperament for role in roles} == set(LABELS)
    twice = sum(len(role.twice) for role in roles)
    assert twice == messages * 8 // 100
    assert all(n < role.story.messages for role in roles for n in role.twice)
    assert 0 < len(acquaintances(roles)) < len(roles)


def test_every_run_climbs_the_tiers_and_comes_back():
    for seed in range(20):
        stories = Counter(role.story.name for role in cast(50, random.Random(seed)))
        assert stories["the forgetful robot"] >= 1  # to tier 3 by way of tier 2
        assert stories["the third missed delivery"] >= 1  # by the customer's words
        assert stories["the flickering light"] >= 1  # reopened


def test_an_english_and_a_persian_customer_name_a_machine_that_only_the_first_of_them_owns():
    for seed in range(20):
        roles = cast(50, random.Random(seed))
        owned = [one for one in acquaintances(roles) if one.machine]
        assert {one.language for one in owned} == {"en", "fa"}
    roles = cast(500, random.Random(1))
    owned = [one for one in acquaintances(roles) if one.machine]
    assert len(owned) == 2 < sum(role.story.machine is not None for role in roles)
    for story in STORIES:
        tags = [story.machine.service_tag] if story.machine else []
        heard = service_tags.find(story.turns[0].says[0], TAGS)
        assert list(heard.own) == tags


def test_the_same_seed_chooses_the_same_day():
    assert cast(60, random.Random(3)) == cast(60, random.Random(3))
    assert cast(60, random.Random(3)) != cast(60, random.Random(4))


def test_callers_of_both_languages_are_answered_handed_on_or_leave_a_message():
    assert {story.language for story in PHONE_STORIES} == {"en", "fa"}
    assert len({story.number for story in PHONE_STORIES}) == len(PHONE_STORIES)
    assert [bool(story.hand_over) for story in PHONE_STORIES] == [True, False, False]
    for story in PHONE_STORIES:
        assert language.detect(story.says) == language.detect(story.solution) == story.language
        assert (story.presses == MESSAGE) == (story.message_s >= 2), story.name


@pytest.mark.parametrize(
    ("is_terminal", "environ", "opened"),
    [
        (True, {"DISPLAY": ":0"}, ["http://here/supervisor"]),
        (True, {}, []),
        (False, {"DISPLAY": ":0"}, []),
    ],
)
def test_the_page_is_opened_where_somebody_sits_before_a_screen(
    monkeypatch, is_terminal, environ, opened
):
    asked = []
    monkeypatch.setattr("webbrowser.open", lambda url: asked.append(url) or True)
    monkeypatch.setattr("sys.platform", "linux")
    console = Console(file=io.StringIO(), force_terminal=is_terminal)

    assert closing.open_page("http://here", console, environ) is bool(opened)
    assert asked == opened
