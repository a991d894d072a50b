import hashlib
import time
from pathlib import Path

import numpy as np
import pytest

from contactcenter.temperament_model import trained_reader, trained_weights
from contactcenter.training import quality
from contactcenter.training.lines import Line, messages_of, read_lines
from contactcenter.training.matrix import features_of
from routing.temperament import LABELS, Message
from routing.temperament.judging import judge
from routing.temperament.reading import Reader
from routing.temperament.weights import UnfitWeights, pack, unpack

KEPT = Path(__file__).parents[1] / "routing" / "samples" / "temperament-held-out"


def said(text: str) -> Message:
    return Message(role="customer", text=text, channel="sms")


@pytest.fixture(scope="module")
def kept() -> tuple[Line, ...]:
    return read_lines(KEPT)


def labelled(lines: tuple[Line, ...]) -> tuple[np.ndarray, np.ndarray]:
    found = [judge(trained_reader(), messages_of(line), line.behaviour) for line in lines]
    gold = np.array([LABELS.index(line.label) for line in lines])
    return gold, np.array([one.probabilities for one in found])


def test_people_of_kinds_never_learned_from_are_told_apart(kept: tuple[Line, ...]) -> None:
    gold, likely = labelled(kept)
    english = np.array([line.lang == "en" for line in kept])
    found = likely.argmax(axis=1)

    assert quality.macro_f1(gold, found) >= 0.70
    assert quality.macro_f1(gold[english], found[english]) >= 0.67
    assert quality.macro_f1(gold[~english], found[~english]) >= 0.67
    assert quality.false_tag_rate(gold, found) <= 0.30


def test_a_label_always_has_a_place_in_the_customers_words_to_show(kept: tuple[Line, ...]) -> None:
    for line in kept:
        messages = messages_of(line)
        texts = [message.text for message in messages if message.role == "customer"]
        judged = judge(trained_reader(), messages, line.behaviour)

        assert (judged.label == "unknown") == (not judged.evidence)
        for evidence in judged.evidence:
            start, end = evidence.span
            assert evidence.points_to == judged.label
            assert any(text[start:end].strip() for text in texts)


def test_the_reader_is_a_reader_of_single_messages() -> None:
    reader: Reader = trained_reader()

    reading = reader(said("bless you my darling, give the baby a kiss from me"))

    assert sum(reading.probabilities) == pytest.approx(1)
    assert reading.probabilities[LABELS.index("warm")] > 0.5
    assert {evidence.points_to for evidence in reading.evidence} == {"warm"}
    assert reading.has_own_words


def test_what_the_agent_said_before_gives_a_message_its_meaning() -> None:
    answer = said("ok but if I pay cash today")
    refusal = Message(role="agent", text="Sorry, that is our price, no discounts.", channel="sms")

    alone = trained_reader()(answer)
    insisting = trained_reader()(answer, (refusal,))

    haggler = LABELS.index("haggler")
    assert insisting.probabilities[haggler] > alone.probabilities[haggler]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "❤️❤️😂",
        "12:30",
        "?!…",
        "love you darling " * 70_000,
        "عزیزم " * 200_000,
        "\x00\x01\x02love\x03\ufffd\ufffd\ufffd" * 500,
        "\ud800\udfff\ud800",
        "> thanks darling, you are an angel\n> bless you",
    ],
    ids=[
        "empty",
        "space",
        "emoji",
        "number",
        "marks",
        "1 MB",
        "1 MB fa",
        "binary",
        "halves",
        "quote",
    ],
)
def test_what_says_nothing_is_unknown_at_once(text: str) -> None:
    began = time.perf_counter()
    reading = trained_reader()(said(text))
    judged = judge(trained_reader(), (said(text),), {"discount_requests_90d": 9})

    assert time.perf_counter() - began < 0.5
    assert not reading.has_own_words
    assert set(reading.probabilities) == {1 / 6}
    assert (judged.label, judged.evidence) == ("unknown", ())


def test_one_long_word_and_many_words_take_bounded_time() -> None:
    began = time.perf_counter()
    trained_reader()(said("a" * 99_000))
    trained_reader()(said("what if we " * 9_000))

    assert time.perf_counter() - began < 2


def test_what_a_contact_does_adds_to_words_but_is_no_word() -> None:
    silent = judge(trained_reader(), (said("…"),), {"discount_requests_90d": 5})
    habits = {"discount_requests_90d": 5.0}
    text = (said("what would the price be if I took four"),)
    haggler = LABELS.index("haggler")

    more = judge(trained_reader(), text, habits).probabilities[haggler]

    assert more > judge(trained_reader(), text, {}).probabilities[haggler]
    assert silent.label == "unknown"


def test_a_prior_moves_the_judgement() -> None:
    text = (said("Meter 4471. Reading 00217. Confirm."),)
    serious = LABELS.index("serious")
    rare = (0.06, 0.06, 0.06, 0.06, 0.06, 0.70)

    even = judge(trained_reader(), text, {}).probabilities[serious]

    assert judge(trained_reader(), text, {}, rare).probabilities[serious] < even


def test_the_weights_say_what_they_were_learned_from() -> None:
    weights = trained_weights()

    assert weights.origin["lines"] >= 3500
    assert weights.origin["held_out"]["macro_f1"] >= 0.75
    assert len(weights.origin["digest"]) == 64


def packed() -> bytes:
    return Path(str(trained_file())).read_bytes()


def trained_file() -> Path:
    return Path(__file__).parents[2] / "contactcenter" / "temperament.weights"


def test_the_file_of_weights_is_small() -> None:
    assert trained_file().stat().st_size < 2_000_000


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda whole: b"", "not a file"),
        (lambda whole: b"TEMPER99" + whole[8:], "not a file"),
        (lambda whole: whole[:-1], "damaged"),
        (lambda whole: whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:], "damaged"),
        (lambda whole: whole + b"x" * 300_000, "not a file"),
        (lambda whole: pack({"scales": []}, [b"short"]), "another size"),
        (lambda whole: resigned(whole.replace(b'"warm"', b'"cold"', 1)), "other labels"),
    ],
    ids=["empty", "version", "cut", "flipped", "too large", "short tables", "labels"],
)
def test_a_file_that_is_not_whole_is_refused(spoil, why: str) -> None:
    with pytest.raises(UnfitWeights, match=why):
        unpack(spoil(packed()))


def resigned(whole: bytes) -> bytes:
    return whole[:-32] + hashlib.sha256(whole[:-32]).digest()


def test_training_and_reading_see_the_same_features(kept: tuple[Line, ...]) -> None:
    shown = features_of(messages_of(kept[0]))

    assert sum(shown.families[0].values()) > 20
    assert sum(shown.families[1].values()) > 5
    assert shown.named
