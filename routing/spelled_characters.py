"""Letters and digits as people say them: alphabets for spelling, names of letters, number words.

A word may mean several things: «جی» is G or J, "for" is 4 or begins "for Juliet". Each reading has
a cost: 0 where the word hardly means anything else, 1 where it may well do.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.text import fold

Reading = tuple[str, int]
"""What a word may stand for, in capitals and ASCII digits, and what it costs to take it so."""


def _numbered(words: str, first: int = 0) -> Iterator[tuple[str, str]]:
    """Words that count up from ``first``; variants of one are joined by a slash."""
    for number, variants in enumerate(words.split(), first):
        for word in variants.split("/"):
            yield word, str(number)


def _tens(words: str) -> Iterator[tuple[str, str]]:
    """From twenty to ninety: before a unit only the first digit is meant."""
    for ten, variants in enumerate(words.split(), 2):
        for word in variants.split("/"):
            yield word, f"{ten}0"
            yield word, str(ten)


def _initials(words: str) -> Iterator[tuple[str, str]]:
    for word in words.split():
        yield word, word[0].upper()


def _lettered(lines: str) -> Iterator[tuple[str, str]]:
    """A letter and the words for it, entries divided by semicolons."""
    for line in lines.split(";"):
        letter, *words = line.split()
        for word in words:
            yield word, letter


#: Source: https://www.icao.int/safety/air-navigation/pages/alphabet-radiotelephony.aspx
_RADIO: Final = (
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett juliette kilo lima"
    " mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee"
    " zulu"
)
_RADIO_PERSIAN: Final = (
    "A آلفا;B براوو;C چارلی;D دلتا;E اکو;F فاکسترات فوکسترات;G گلف;H هتل;I ایندیا;J جولیت ژولیت;"
    "K کیلو;L لیما;M مایک;N نوامبر;O اسکار;P پاپا;Q کبک;R رومئو;S سیرا سییرا;T تانگو;"
    "U یونیفرم یونیفورم;V ویکتور;W ویسکی;X ایکسری ایکس;Y یانکی;Z زولو"
)
#: What telephone operators, police and armies spell with besides, and first names people take.
_OTHER_WORDS: Final = (
    "able adam adams anna apple baker boston boy chicago daniel david denver dog easy edward eric"
    " fox frank george harry henry how ida item jack jig john king lincoln london love mary nan"
    " nancy nora ocean oboe orange paul peter queen robert roger sam samuel sugar susan tare thomas"
    " tom uncle union walter william yellow yoke young zebra"
)
_ENGLISH_LETTERS: Final = (
    "A ay;B bee be;C cee see sea;D dee;E ee;F ef eff;G gee;H aitch haitch;I eye aye;J jay jaye;"
    "K kay kaye;L el ell elle;M em emm;N en enn;O oh;P pee pea;Q cue queue;R ar are;S es ess;"
    "T tee tea;U you;V vee;W doubleyou dubya;X ex;Y why wye;Z zee zed"
)
_PERSIAN_LETTERS: Final = (
    "A ای;E ای;I ای آی;B بی;C سی;D دی;F اف;G جی گی;H اچ ایچ هاش;J جی ژی;K کی کا;L ال;M ام;N ان;"
    "O او;P پی;Q کیو;R آر;S اس;T تی;U یو;V وی;W دبلیو دابلیو دبلیوو;X ایکس اکس;Y وای;Z زد زی زت"
)
#: Persian letters for the Latin ones that sound like them, one by one.
_PERSIAN_SIGNS: Final = (
    "A ا;B ب;C س;D د;E ا;F ف;G گ;H ه;I ی;J ج ژ;K ک;L ل;M م;N ن;O ا;P پ;Q ق;R ر;S س;T ت;X خ;Y ی;Z ز"
)
_SURE_NUMBERS: Final = (
    *_numbered("zero/nought one two three/tree four/fower five/fife six seven eight nine/niner"),
    *_numbered("صفر یک دو سه چهار/چار پنج شش/شیش هفت هشت نه"),
)
_NUMBERS: Final = (
    *_numbered(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10
    ),
    *_tens("twenty thirty forty/fourty fifty sixty seventy eighty ninety"),
    *_numbered("ده یازده دوازده سیزده چهارده پانزده/پونزده شانزده/شونزده هفده/هیوده", 10),
    *_numbered("هجده/هیجده نوزده", 18),
    *_tens("بیست سی چهل پنجاه شصت هفتاد هشتاد نود"),
    *_numbered("sefr yek do se chahar/char panj shesh/shish haft hasht noh"),
    *_numbered("oh/o won to/too"),
    ("for", "4"),
    ("ate", "8"),
)


def _table() -> Mapping[str, tuple[Reading, ...]]:
    readings: dict[str, dict[str, int]] = {}
    sure = (*_initials(_RADIO), *_lettered(_RADIO_PERSIAN), *_SURE_NUMBERS)
    doubtful = (
        *_initials(_OTHER_WORDS),
        *_lettered(_ENGLISH_LETTERS),
        *_lettered(_PERSIAN_LETTERS),
        *_lettered(_PERSIAN_SIGNS),
        *_NUMBERS,
    )
    for cost, said in ((0, sure), (1, doubtful)):
        for word, meant in said:
            readings.setdefault(fold(word), {}).setdefault(meant, cost)
    return {word: tuple(meant.items()) for word, meant in readings.items()}


#: What a folded word may stand for.
SPELLED: Final = _table()
#: Said between letters and meaning none: "dash", "capital", "um", «و»، «خط تیره».
BETWEEN: Final = frozenset(
    fold(
        "and then dash hyphen minus space stroke slash point dot capital uppercase lowercase letter"
        " number digit uh um er erm ah ehm و بعد بعدش بعدم خط تیره دش فاصله حرف عدد رقم اوم خب"
    ).split()
)
#: The next character as many times.
TIMES: Final[Mapping[str, int]] = {"double": 2, "triple": 3, fold("دابل"): 2, fold("دوبل"): 2}
#: After a number, «دو تا هفت»: the next character so many times.
OF_THEM: Final = fold("تا")
#: What follows names a word for the letter before: "J as in John", "J for Juliet", «جی مثل جک».
AS_IN: Final = frozenset(fold("as like for مثل مثله مثلا مانند عین").split())
IN: Final = frozenset({"in"})
#: The second part of a word for a letter that is written as two: "x-ray".
SECOND_PARTS: Final = frozenset({"ray", fold("ری")})
