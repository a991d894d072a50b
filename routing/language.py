"""Tells Persian, English and Persian in Latin letters apart.

By script first; Latin text by the function words that each language cannot do without. A name, a
number or an "ok" belongs to no language, and a third language is not guessed at.
"""

from typing import Literal

from routing.text import own_words, words

Language = Literal["fa", "en", "fa-Latn"]


def detect(text: str) -> Language | None:
    """Return the language of the writer's own words, None if they are too few or another's."""
    keys = words(own_words(text) or text).keys
    persian = [key for key in keys if _is_arabic_script(key)]
    latin = [key for key in keys if key.isascii() and key.isalpha()]
    other = sum(key.isalpha() for key in keys) - len(persian) - len(latin)
    if persian and len(persian) >= max(len(latin), other):
        return None if _reads_as_arabic(persian) else "fa"
    if latin and len(latin) > other:
        return _latin_language(latin)
    return None


def reads_as_latin_persian(keys: tuple[str, ...]) -> bool:
    """Whether the Latin words of a text are rather Persian than English."""
    latin = [key for key in keys if key.isascii() and key.isalpha()]
    return bool(latin) and _latin_language(latin) == "fa-Latn"


def _latin_language(latin: list[str]) -> Language | None:
    english = sum(key in _ENGLISH for key in latin)
    persian = sum(key in _LATIN_PERSIAN for key in latin)
    persian += sum(1 for key in latin if key.startswith(_LATIN_VERBS) and key not in _ENGLISH)
    other = sum(key in _OTHER_LATIN for key in latin)
    if other > max(english, persian):
        return None
    if persian > english:
        return "fa-Latn"
    if english > persian and english * 8 >= len(latin):
        return "en"
    return None


def _is_arabic_script(key: str) -> bool:
    return any("\u0620" <= letter <= "\u06d3" for letter in key)


def _reads_as_arabic(keys: list[str]) -> bool:
    if any(letter in key for key in keys for letter in "گچپژ"):
        return False
    if _ARABIC.intersection(keys):
        return True
    articled = sum(key.startswith("ال") and len(key) >= len("القلم") for key in keys)
    return articled * 3 >= len(keys) and not _PERSIAN.intersection(keys)


_ENGLISH = frozenset(
    """
    the a an and or but is was were been am i im ive id ill you your youre my we our it its
    this that these those there here to of in on at for from with by as not yes dont doesnt didnt
    cant wont isnt does did have has had can could will would should may might must what when
    where which who why how if then so just please thanks thank hello hi hey good morning me us he
    she they them his her their up out about into over after before again get got need want know
    much many more some any all one two new now today tomorrow order price sorry very too still
    only never send call back help account
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_LATIN_PERSIAN = frozenset(
    """
    salam mishe nemishe mikham mikhastam baraye vase chand chande cheghad cheghadr ham ke bedin
    bedid lotfan mamnun mamnoon merci mersi khaste nabashid kheyli kheili khub khoob khube khoobe
    ast hast hastam hastin hastid nist nistam nadare nadaram dare daram darim darin darid doroste
    chi chera koja kojast kodum kodoom key az ba ta ra ro ye yek dige digeh hanuz hanooz shod shode
    shodam nashode kard kardam kardid konid konin konam kon nakonid nakon bashe bale baleh na are
    shoma shomast ma una oon un in inja unja age agar vali ama chon pas agha khanum khanom jan jun
    joon aziz azizam ghorbunet ghorbanet fadat damet garm akharesh akhar gheymat gheimat takhfif
    toman tomen tuman farda emruz emrooz dirooz diruz alan hala sefaresh hesab ghabz resid narasid
    begu begid begin goftam goftid porsidam nemidunam nemidoonam nemidonam midunam midoonam
    mitunam mitoonam mitarsam shayad felan ehtemalan bad bazam baz dobare hamin hamun hamoon man
    manam mano to tu too bayad nabayad besyar moshkel kharab dastgah ersal befrestid nafrestid
    pul pool rooz ruz hafte mah saal sal zang bezanid javab soal rast rasti vay vaay chetori
    khubi khoobi maloom malum mishavad nemishavad mikonam mikonid bud bood budam boodam adres adrese
    """.split()  # noqa: SIM905 - a list of words reads better as words
) - frozenset(
    ("to", "too", "in", "pool", "bad", "are", "key", "sal", "na", "ham", "ma", "un", "man")
)
_LATIN_VERBS = ("nemi", "mikh", "mish", "mikon", "mizan", "migir", "migam", "mige", "khah", "kheyl")
_OTHER_LATIN = frozenset(
    """
    le la les des une est dans pour avec sur vous nous je suis pas que qui bonjour merci el los las
    una por para con esta hola gracias donde cuando der die das und ist nicht ich sie wir ein eine
    mit auf fur bitte danke il di che non per sono ciao grazie bir ve icin bu degil merhaba nasil
    """.split()  # noqa: SIM905 - a list of words reads better as words
) - frozenset(("merci",))
_ARABIC = frozenset(("فی", "هذا", "هذه", "التی", "الذی", "انا", "نحن", "هل", "لماذا", "متی"))
_PERSIAN = frozenset(
    """
    است هست را رو که با از به این ان برای من شما می نمی ها سلام لطفا چه یه یک هم تا ممنون ما
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
