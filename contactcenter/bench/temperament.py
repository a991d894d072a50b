"""How long it takes to read the temperament of one message on one core, by its length.

Messages are put together from everyday sentences of three ways of writing; one word in ten is new
to the reader, as in life. The floor of the same run lower-cases, splits and looks every word up in
a dictionary: the least that any reading of words can cost.
"""

import gc
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from msgspec import Struct

from contactcenter.bench import figures
from contactcenter.temperament_model import trained_reader
from routing.temperament import Message

_WARM_UP: Final = 300
_NEW_WORDS: Final = 0.1
_LETTERS: Final = "abdehiklmnorst"
#: Length, in sentences at least and at most, and its share of the messages.
_LENGTHS: Final[Mapping[str, tuple[int, int, int]]] = {
    "short": (1, 1, 45),
    "usual": (2, 3, 49),
    "long": (5, 7, 5),
    "page": (40, 60, 1),
}


class Lengths(Struct, frozen=True, kw_only=True):
    """What messages of one length took, in milliseconds."""

    messages: int
    words: float
    p50_ms: float
    p99_ms: float
    floor_p50_ms: float


class Result(Struct, frozen=True, kw_only=True):
    """The last line; times are of one core. ``ratio`` is p50 over the floor's p50.

    ``p99_ms`` is of all messages but pages, as they come; ``wall_p99_ms`` includes what other work
    on the machine took meanwhile.
    """

    messages: int
    p50_ms: float
    p99_ms: float
    wall_p99_ms: float
    floor_p50_ms: float
    ratio: float
    load_ms: float
    lengths: Mapping[str, Lengths]


class _Read(Struct, frozen=True, kw_only=True):
    length: str
    words: int
    core_s: float
    wall_s: float
    floor_s: float


def measure(messages: int, seed: int, say: Callable[[str], None]) -> Result:
    """Read that many messages, each once."""
    began = time.perf_counter()
    reader = trained_reader()
    load_s = time.perf_counter() - began
    say(f"weights loaded in {load_s * 1000:.1f} ms")
    chance = Random(seed)  # noqa: S311 - seeded, so that a run can be repeated
    dictionary = {word: len(word) for sentence in _SENTENCES for word in sentence.lower().split()}
    names = list(_LENGTHS)
    shares = [share for _, _, share in _LENGTHS.values()]
    read: list[_Read] = []
    for number in range(_WARM_UP + messages):
        if number == _WARM_UP:
            gc.collect()
            gc.freeze()  # as the server does when it is ready
        length = chance.choices(names, shares)[0]
        one = _timed(reader, _text(length, chance), length, dictionary)
        if number >= _WARM_UP:
            read.append(one)
    return _result(read, load_s, say)


def _timed(
    reader: Callable[[Message], object], text: str, length: str, dictionary: Mapping[str, int]
) -> _Read:
    message = Message(role="customer", text=text, channel="chat")
    floor_began = time.thread_time()
    known = sum(dictionary.get(word, 0) for word in text.lower().split())
    floor_s = time.thread_time() - floor_began
    assert known >= 0
    wall_began, core_began = time.perf_counter(), time.thread_time()
    reader(message)
    core_s, wall_s = time.thread_time() - core_began, time.perf_counter() - wall_began
    words = text.count(" ") + 1
    return _Read(length=length, words=words, core_s=core_s, wall_s=wall_s, floor_s=floor_s)


def _text(length: str, chance: Random) -> str:
    least, most, _ = _LENGTHS[length]
    script = chance.choice(_SCRIPTS)
    sentences = chance.choices(script, k=chance.randint(least, most))
    return " ".join(_with_new_words(sentence, chance) for sentence in sentences)


def _with_new_words(sentence: str, chance: Random) -> str:
    return " ".join(
        word + "".join(chance.choices(_LETTERS, k=4)) if chance.random() < _NEW_WORDS else word
        for word in sentence.split()
    )


def _result(read: list[_Read], load_s: float, say: Callable[[str], None]) -> Result:
    lengths = {name: _of_length([one for one in read if one.length == name]) for name in _LENGTHS}
    for name, found in lengths.items():
        say(f"{name}: {found.words:.0f} words, p50 {found.p50_ms:.3f}, p99 {found.p99_ms:.3f} ms")
    usual = [one for one in read if one.length != "page"]
    p50_ms = _ms([one.core_s for one in usual], 0.5)
    floor_p50_ms = _ms([one.floor_s for one in usual], 0.5)
    return Result(
        messages=len(read),
        p50_ms=p50_ms,
        p99_ms=_ms([one.core_s for one in usual], 0.99),
        wall_p99_ms=_ms([one.wall_s for one in usual], 0.99),
        floor_p50_ms=floor_p50_ms,
        ratio=round(p50_ms / max(floor_p50_ms, 1e-4), 1),
        load_ms=round(load_s * 1000, 1),
        lengths=lengths,
    )


def _of_length(read: list[_Read]) -> Lengths:
    return Lengths(
        messages=len(read),
        words=round(figures.median([one.words for one in read]), 1),
        p50_ms=_ms([one.core_s for one in read], 0.5),
        p99_ms=_ms([one.core_s for one in read], 0.99),
        floor_p50_ms=_ms([one.floor_s for one in read], 0.5),
    )


def _ms(seconds: list[float], share: float) -> float:
    return round(figures.percentile(sorted(seconds), share) * 1000, 4)


_ENGLISH: Final = (
    "Could you tell me whether the replacement part has left the warehouse yet?",
    "I keep going back and forth between the two, my sister says wait and I say yes.",
    "If you take ten off and throw in the fitting we can shake hands today.",
    "Your driver was a star, he carried it up three floors and asked after my knee.",
    "The lid is a shade too dark, the handle wobbles and the manual is upside down.",
    "Send the signed copy to the address on file by noon on Thursday.",
    "Thanks, that worked, I can see the invoice for 1,240 in my account now.",
    "We were promised a call on Monday and nobody rang, so I am writing again.",
)
_PERSIAN: Final = (
    "سلام، می‌خواستم ببینم قطعه‌ای که سفارش دادم از انبار بیرون آمده یا نه؟",
    "هنوز نمی‌دونم کدوم رو بردارم، خواهرم می‌گه صبر کن و خودم دلم می‌خواد زودتر تموم شه.",
    "اگه ده تومن پایین بیاین و نصبش رو هم حساب نکنین همین امروز می‌برم.",
    "دست پیک‌تون درد نکنه، سه طبقه آورد بالا و حال زانوم رو هم پرسید.",
    "درش یه پرده تیره‌تره، دسته‌ش لق می‌زنه و دفترچه‌ش هم برعکس چاپ شده.",
    "تصویر قرارداد امضا شده تا ظهر پنجشنبه به نشانی ثبت شده ارسال گردد.",
    "ممنون درست شد، الان صورت‌حساب ۱۲۴۰ رو توی پنلم می‌بینم.",
)
_LATIN: Final = (
    "salam mikhastam bebinam sefaresham az anbar birun umade ya na?",
    "hanuz nemidunam kodumo bardaram, khaharam mige sabr kon vali delam mikhad tamum she",
    "age dah toman biain paiin va nasbesh ham hesab nakonin hamin emruz mibaram",
    "dastetun dard nakone, se tabaghe avord bala va hale zanumo porsid",
    "daresh ye parde tire tare, dastash lagh mizane va daftarchash bar aks chap shode",
)
_SCRIPTS: Final = (_ENGLISH, _PERSIAN, _LATIN)
_SENTENCES: Final = (*_ENGLISH, *_PERSIAN, *_LATIN)
