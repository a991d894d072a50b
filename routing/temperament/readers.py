"""One reader for each way of writing: its cues, its faults, its little words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from routing.language import reads_as_latin_persian
from routing.phrases import PhraseBook
from routing.temperament import (
    cues_en_doubt,
    cues_en_faults,
    cues_en_homely,
    cues_en_price,
    cues_en_serious,
    cues_en_warm,
    cues_fa_doubt,
    cues_fa_faults,
    cues_fa_price,
    cues_fa_tone,
    cues_latn,
    cues_latn_tone,
)
from routing.temperament.latin import latin_key
from routing.temperament.values import Cue
from routing.text import Words, own_spans, word_key, words

Script = Literal["en", "fa", "fa-Latn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What it takes to read the signs of one language, in the script it is written in.

    `joints` open a new clause; `denials` deny a cue from up to four words away, before it in
    English, after it in Persian; `persons` are words no telegram has, `writer` those for «I»;
    `turns` holds what agents say that gives the answer its meaning.
    """

    script: Script
    cues: dict[str, Cue]
    book: PhraseBook
    faults: PhraseBook
    turns: PhraseBook
    joints: frozenset[str]
    denials: frozenset[str]
    denies_before: bool
    persons: frozenset[str]
    writer: frozenset[str]


def read(text: str) -> tuple[str, Words, Reader]:
    """Return the writer's own words, as text and split, and who can read them.

    Everything else is blanked, not cut, so that places stay those of the whole text. Of a long text
    the beginning is read; what nobody writes by hand has no own words.
    """
    own = _blank_the_rest(text[:_READ]) if _is_written(text) else ""
    split = words(own)
    if _PERSIAN_LETTER.search(own):
        return own, split, PERSIAN
    if reads_as_latin_persian(split.keys):
        return own, replace(split, keys=tuple(map(latin_key, split.keys))), LATIN_PERSIAN
    return own, split, ENGLISH


_PERSIAN_LETTER = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_READ = 20_000
_LONGEST_WRITTEN = 100_000
"""Characters; what is longer is a file that somebody pasted."""
_UNWRITTEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
_MOST_UNWRITTEN = 10
"""One such character in so many is a slip; more make it no text."""


def _is_written(text: str) -> bool:
    if len(text) > _LONGEST_WRITTEN:
        return False
    if not _UNWRITTEN.search(text):
        return True
    return len(_UNWRITTEN.findall(text)) * _MOST_UNWRITTEN <= len(text)


def _blank_the_rest(text: str) -> str:
    spans = own_spans(text)
    if spans == ((0, len(text)),):
        return text
    own = [" "] * len(text)
    for start, end in spans:
        own[start:end] = text[start:end]
    return "".join(own)


def _reader(
    script: Script,
    cues: tuple[Cue, ...],
    faults: tuple[str, str],
    turns: dict[str, str],
    little: tuple[str, str, str, str],
    *,
    denies_before: bool = False,
    key: Callable[[str], str] = word_key,
) -> Reader:
    joints, denials, persons, writer = (frozenset(map(key, listed.split())) for listed in little)
    return Reader(
        script=script,
        cues={cue.name: cue for cue in cues},
        book=PhraseBook({cue.name: cue.phrases for cue in cues}, key=key),
        faults=PhraseBook({"taste": faults[0], "defect": faults[1]}, key=key),
        turns=PhraseBook(turns, key=key),
        joints=joints,
        denials=denials,
        denies_before=denies_before,
        persons=persons,
        writer=writer,
    )


ENGLISH = _reader(
    "en",
    (
        *cues_en_price.CUES,
        *cues_en_doubt.CUES,
        *cues_en_warm.CUES,
        *cues_en_homely.CUES,
        *cues_en_serious.CUES,
        *cues_en_faults.CUES,
    ),
    (cues_en_faults.TASTE, cues_en_faults.DEFECTS),
    {
        "refuses_terms": """
        discount*; price*; fee; fees; fixed; percent; %; cheapest; rate; refund*; credit; voucher*;
        quote; offer; cost*; charge; compensat*; sorry; cant; cannot; afraid; unfortunately; #
        """,
        "reports_a_fix": """
        replaced; replacement*; fixed; repaired; refitted; refit; mended; sorted; redone; reprinted;
        repainted; changed; swapped; cleaned; corrected; new one; adjusted; remade; redid;
        went over; sent another|new; exchange*
        """,
        "asks_for_faults": """
        any|other|what|which _ problems|issues|bugs|faults|defects|errors; list the|any|all;
        feedback; anything else wrong; snag*; report any|the; what is|was|went wrong; testing;
        proofread*
        """,
        "makes_small_talk": """
        how are|is|s|was _ you|your|day|weekend; hows your|the; weather; lovely; wonderful;
        exciting; great choice; congratulations; hope you|youre; happy|nice to; how exciting;
        love that|it; my name is; call me; first name; joke; fun; enjoy*; sorry to hear; apologi*;
        good morning|afternoon
        """,
    },
    (
        "and but plus while",
        "not no dont never without isnt nor stop neither wasnt arent",
        "i im ive id ill we us you your youre u my me our thanks hi hello hey please lol ok sorry",
        "i im ive id ill we weve were my me",
    ),
    denies_before=True,
)
PERSIAN = _reader(
    "fa",
    (*cues_fa_price.CUES, *cues_fa_doubt.CUES, *cues_fa_tone.CUES, *cues_fa_faults.CUES),
    (cues_fa_faults.TASTE, cues_fa_faults.DEFECTS),
    {
        "refuses_terms": """
        تخفیف*; قیمت*; هزینه*; مقطوع*; ثابت*; درصد; ارزون*; نرخ*; متاسفانه; متأسفانه; مبلغ*;
        پیشنهاد*; نمیشه; نمیتونیم; نمیتوانیم; امکان*; خسارت*; جبران*; کارمزد*; #; ارسال; متاسف*
        """,
        "reports_a_fix": """
        عوض|درست|رنگ کرد*|شد*; جدید; تعویض*; تعمیر*; اصلاح*; جدید*; نو; تمیز*; تنظیم*; جایگزین*;
        یکی دیگه; دوباره; ارسال شد; برطرف*; رفع*
        """,
        "asks_for_faults": """
        چه مشکل*|ایراد*|خطا*|چیز*; ایرادها*|ایراداشو|مشکلات*|خطاها*|باگ*|لیست _; بازخورد*;
        مشکل* دیگه; تست; گزارش خطا
        """,
        "makes_small_talk": """
        حالتون; حال شما; احوال*; هوا*; چه خبر*; قشنگ*; عالی*; تبریک*; خوشحال*; امیدوار*;
        اسم من|بنده; روزتون; آخر هفته; خوش; سلیقه; انتخاب; عزیزم; دوست*; خوبین; چطورین; شوخی;
        متاسف*; عذر*; پوزش*
        """,
    },
    (
        "و ولی اما هم تازه بعدشم",
        "نمیخوام نمیخواهم نمیخوایم ندارم نداریم نیستم نیستیم لازم نخواستم نیازی نمیخواستم نیست بحث",
        "من ما شما تو سلام ممنون مرسی لطفا عزیزم منم خودم دیگه رو اگه میشه شد کردم آقا خانم ببخشید",
        "من منم ما میخوام خودم دارم کردم",
    ),
)
LATIN_PERSIAN = _reader(
    "fa-Latn",
    (*cues_latn.CUES, *cues_latn_tone.CUES),
    (cues_latn.TASTE, cues_latn.DEFECTS),
    {
        "refuses_terms": """
        takhfif*; gheymat*; gheimat*; hazine*; moteasef*; motasef*; darsad; sabet*; nemishe; #
        """,
        "reports_a_fix": """
        avaz|dorost kard*|shod*; taviz*; tamir*; eslah*; jadid*
        """,
        "asks_for_faults": "che moshkel*|irad*; irad*; moshkelat*",
        "makes_small_talk": """
        haletun; hale shoma; che khabar*; hava; ghashang*; ali; tabrik*; khoshhal*
        """,
    },
    (
        "va vali ama ham taze",
        "nemikham nemikhaham nemikhaym nadaram nadarim nistam lazem nakhastam",
        "man ma shoma to salam mamnun mersi merci lotfan azizam manam khodam dige age mishe kardam",
        "man manam ma mikham khodam daram kardam",
    ),
    key=latin_key,
)
