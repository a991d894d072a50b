"""What an agent is warned of before a draft goes out, and what he is not bothered with."""

import time

import pytest
from tone_drafts import CLEAN, NOTES, WARNED

from routing.temperament import LABELS
from routing.tone import RULES, Draft, check, check_note

LANGUAGES = sorted(WARNED)


def draft(label, text, language="en", **more):
    name = "سارا احمدی" if language == "fa" else "Sara Ahmadi"
    return Draft(text=text, temperament=label, contact_name=name, **more)


def rules_of(remarks):
    return {remark.rule for remark in remarks}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_draft_is_warned_of_what_it_goes_against_and_of_nothing_else(language):
    found = {
        text: rules_of(check(draft(label, text, language))) for label, text, _ in WARNED[language]
    }

    assert found == {text: rules for _, text, rules in WARNED[language]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agent_is_not_nagged(language):
    found = {
        (label, text): [(r.rule, text[slice(*r.span)]) for r in check(draft(label, text, language))]
        for label, text in CLEAN[language]
    }

    assert {key: remarks for key, remarks in found.items() if remarks} == {}


def test_the_samples_are_as_many_as_they_should_be_and_show_every_rule():
    assert min(len(samples) for samples in WARNED.values()) >= 20
    assert sum(len(samples) for samples in CLEAN.values()) >= 60
    for language in LANGUAGES:
        shown = set.union(*(rules for _, _, rules in WARNED[language]))
        assert shown == set(RULES) - {"insult"}
        assert {label for label, _, _ in WARNED[language]} == set(LABELS)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_said_in_both_languages(rule):
    said = RULES[rule]
    assert said.en.endswith(".")
    assert said.fa.endswith(".")
    assert "\u0600" <= said.fa[0] <= "\u06ff"
    assert max(len(said.en), len(said.fa)) <= 90


def test_a_warning_names_its_place():
    text = "The part is here. Hurry, only two left!"
    spans = [text[slice(*remark.span)] for remark in check(draft("hesitant", text))]

    assert spans[0] == "Hurry"
    assert all(spans)


@pytest.mark.parametrize("label", LABELS)
def test_a_rule_holds_for_those_it_is_meant_for_only(label):
    everything = "\n".join(text for samples in WARNED.values() for _, text, _ in samples)
    for text in [everything, *(t for samples in WARNED.values() for _, t, _ in samples)]:
        for rule in rules_of(check(draft(label, text))):
            assert label in RULES[rule].labels


def test_what_is_settled_makes_room_for_an_offer():
    text = "While you're here, you might like our new range."
    assert rules_of(check(draft("serious", text))) == {"upselling"}
    assert check(draft("serious", text, matter_is_open=False)) == ()


def test_quotations_are_not_the_agents_words():
    text = 'You wrote "hurry, this is your last chance": whoever said that was wrong.\n> only today'
    assert check(draft("hesitant", text)) == ()


def test_a_word_beside_a_file_is_enough():
    assert check(draft("unknown", "Attached", has_files=True)) == ()
    assert rules_of(check(draft("unknown", "Attached"))) == {"one_word"}
    assert rules_of(check(draft("unknown", ""))) == {"one_word"}


def test_a_first_name_is_known_in_other_letters_too():
    remarks = check(Draft(text="Hi Sara, it is sent.", temperament="serious", contact_name="سارا"))
    assert rules_of(remarks) == {"first_name"}
    nobody = check(Draft(text="Dear Sir, it is sent.", temperament="serious"))
    assert nobody == ()


@pytest.mark.parametrize(("note", "insults"), NOTES)
def test_a_note_is_warned_of_insults_only(note, insults):
    assert [note[slice(*remark.span)] for remark in check_note(note)] == insults


@pytest.mark.parametrize(
    "text",
    ["😀" * 10_000, "or " * 4_000, "(" * 10_000, "a" * 1_000_000, "\x00\ud800", "یا " * 4000],
)
def test_any_text_is_judged_in_bounded_time(text):
    check(draft("hesitant", "warm up"))
    began = time.perf_counter()
    for label in LABELS:
        check(draft(label, text))
    check_note(text)
    assert time.perf_counter() - began < 5


def test_remarks_come_in_the_order_of_the_text_and_not_too_many_of_a_kind():
    text = "Hurry. Last chance. Only today. Act now. Now or never. As I said."
    remarks = check(draft("hesitant", text))

    assert [remark.span for remark in remarks] == sorted(remark.span for remark in remarks)
    assert [remark.rule for remark in remarks].count("pressure") == 3
