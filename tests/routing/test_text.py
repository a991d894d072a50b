import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.text import FOLD_FROM, FOLD_TO, fold, own_spans, own_words, words

PERSIAN_AND_ENGLISH = st.text(
    st.sampled_from("يىكةۀأإٱؤئآاهـ\u064b\u0651\u0654\u200c\u200d\u200e۰۹٠٩Aaİéﷲﻻ½ \n\u0301ss")
)


def folded_as_sql_does(text: str) -> str:
    """translate() replaces by position and deletes what has no counterpart."""
    places = {letter: n for n, letter in reversed(list(enumerate(FOLD_FROM)))}
    translated = "".join(
        letter if letter not in places else FOLD_TO[places[letter] : places[letter] + 1]
        for letter in unicodedata.normalize("NFKC", text)
    )
    return unicodedata.normalize("NFKC", translated.lower())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("كتابي", "کتابی"),
        ("موسى", "موسی"),
        ("خانۀ زيبا", "خانه زیبا"),
        ("مدرسة", "مدرسه"),
        ("أحمد إسلام ٱلله", "احمد اسلام الله"),
        ("مسؤول رئيس", "مسوول رییس"),
        ("۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩", "0123456789 0123456789"),
        ("می\u200cشود", "می شود"),
        ("ســـلام", "سلام"),
        ("مُحَمَّد", "محمد"),
        ("\u202bسلام\u202c", "سلام"),
        ("ﻻزم", "لازم"),
        ("Hello WORLD", "hello world"),
        ("ＡＢＣ", "abc"),
        ("آقا", "آقا"),
        ("", ""),
    ],
)
def test_spellings_of_the_same_word_fold_to_one(text, folded):
    assert fold(text) == folded


@given(st.text() | PERSIAN_AND_ENGLISH)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text() | PERSIAN_AND_ENGLISH)
def test_the_published_tables_fold_as_the_function_does(text):
    assert folded_as_sql_does(text) == fold(text)


def test_no_character_is_listed_twice_in_the_tables():
    assert len(set(FOLD_FROM)) == len(FOLD_FROM)
    assert len(FOLD_TO) < len(FOLD_FROM)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Thank you.\n> please send the bill", "Thank you."),
        ("Yes\nOn Mon, 3 Mar 2025 at 10:02, Ann <a@b.c> wrote:\n> old", "Yes"),
        ("بله\nدر تاریخ ۳ مهر سارا نوشت:\nقبلی", "بله"),
        ("See below\n-----Original Message-----\nFrom: x@y.z\nhello", "See below"),
        ("ok\n-- \nJane Doe\nSales", "ok"),
        ("on my way\nSent from my iPhone", "on my way"),
        ("در راهم\nارسال شده از گوشی", "در راهم"),
        ("Hi\nThis e-mail is for the intended recipient only.", "Hi"),
        ("Your verification code is 4411", ""),
        ("کد تایید شما ۴۴۱۱ است", ""),
        ("Automatic reply: I am out of the office", ""),
        ("Sale! 50% off. Reply STOP to opt out", ""),
        ("لغو۱۱ حراج پاییزه", ""),
        ('She said "I cannot make up my mind at all" and left', "She said\nand left"),
        ("نوشته: «نمی‌تونم تصمیم بگیرم چی بخرم» همین", "نوشته:\nهمین"),
        ('the "sea view" was a wall', 'the "sea view" was a wall'),
        ("just a plain message", "just a plain message"),
        ("", ""),
    ],
)
def test_only_the_writers_own_words_are_kept(text, own):
    assert own_words(text) == own


@given(st.text(max_size=300))
def test_own_spans_are_in_order_and_inside_the_text(text):
    at = 0
    for start, end in own_spans(text):
        assert at <= start < end <= len(text)
        at = end


def test_words_know_their_place_sentence_and_clause():
    text = "Can't you, please?  می\u200cشود آن را فرستاد."
    split = words(text)
    assert split.keys == ("cant", "you", "please", "میشود", "ان", "را", "فرستاد")
    assert text[slice(*split.spans[0])] == "Can't"
    assert split.sentences == (0, 0, 0, 1, 1, 1, 1)
    assert split.clauses[1] != split.clauses[2]
    assert split.asks == {0}


@pytest.mark.parametrize("text", ["می شود", "میشود", "می‌شود", "مي‌شود"])
def test_a_verb_is_one_word_however_it_is_spaced(text):
    assert words(text).keys == ("میشود",)


@given(st.text(max_size=200))
def test_words_never_fail_and_lie_inside_the_text(text):
    split = words(text)
    assert len(split.keys) == len(split.spans) == len(split.sentences) == len(split.clauses)
    assert all(0 <= start < end <= len(text) for start, end in split.spans)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("The photos are attached.\n\nNOTICE: the sender reserves all rights.\nNo waiver.", "The photos are attached."),
        ("ok be there 7\n[This device is company property, messages are monitored.]", "ok be there 7"),
        ("swap the duck please\n~ sent by a raccoon in a trenchcoat ~", "swap the duck please"),
        ("رسید پیوست است.\nهشدار: هر گونه استفاده از این نامه ممنوع است.", "رسید پیوست است."),
        ("NOTICE: the gate is to be locked at six.", "NOTICE: the gate is to be locked at six."),
        ("[laughs] that was quick", "[laughs] that was quick"),
        ("هر کدوم ارزون‌تره", "هر کدوم ارزون‌تره"),
    ],
)  # fmt: skip
def test_notices_below_the_words_are_not_the_writers_own(text: str, own: str) -> None:
    assert own_words(text) == own


def test_words_to_be_written_on_something_are_a_quotation() -> None:
    text = 'Please print "to my sister who likes nothing" on the card, thanks'

    assert "likes nothing" not in own_words(text)
    assert "thanks" in own_words(text)
