"""What a draft is checked against: the rules, for whom each holds, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from routing.temperament.values import LABELS, Label

RuleName = Literal[
    "joke",
    "emoji",
    "endearment",
    "first_name",
    "small_talk",
    "upselling",
    "irony",
    "point_by_point_defence",
    "promise_of_perfection",
    "pressure",
    "many_options",
    "as_i_said",
    "discount_at_once",
    "offence",
    "stock_phrase",
    "rushing",
    "too_intimate",
    "bookish",
    "one_word",
    "insult",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: for people of which temperaments it holds, and a sentence in each language."""

    name: RuleName
    labels: frozenset[Label]
    en: str
    fa: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an agent is about to send, and to whom.

    `contact_name` is looked for as a form of address. While `matter_is_open` nothing else is sold
    to a serious person. One word beside files (`has_files`) is enough.
    """

    text: str
    temperament: Label
    contact_name: str = ""
    matter_is_open: bool = True
    has_files: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A place in a draft that goes against a rule.

    `span` holds character offsets in the draft; `en` and `fa` say the same to whoever wrote it.
    """

    rule: RuleName
    span: tuple[int, int]
    en: str
    fa: str


def _rule(name: RuleName, labels: frozenset[Label], en: str, fa: str) -> tuple[RuleName, Rule]:
    return name, Rule(name=name, labels=labels, en=en, fa=fa)


_SERIOUS: Final = frozenset[Label]({"serious"})
_FAULT_FINDING: Final = frozenset[Label]({"fault_finding"})
_HESITANT: Final = frozenset[Label]({"hesitant"})
_HAGGLER: Final = frozenset[Label]({"haggler"})
_WARM: Final = frozenset[Label]({"warm"})
_EVERYBODY: Final = frozenset[Label](LABELS)

RULES: Final[Mapping[RuleName, Rule]] = MappingProxyType(
    dict(
        [
            _rule(
                "joke", _SERIOUS, "Leave the joke out for this person.", "برای این شخص شوخی نکنید."
            ),
            _rule("emoji", _SERIOUS, "Leave emoji out for this person.", "برای او شکلک نگذارید."),
            _rule(
                "endearment",
                _SERIOUS,
                "This sounds too close: use the formal address.",
                "این لحن خودمانی است: رسمی خطاب کنید.",
            ),
            _rule(
                "first_name",
                _SERIOUS,
                "Use the title and family name instead of the first name.",
                "به جای اسم کوچک، با عنوان و نام خانوادگی خطاب کنید.",
            ),
            _rule(
                "small_talk",
                _SERIOUS,
                "Leave small talk out and come to the point.",
                "گپ نزنید و سر اصل مطلب بروید.",
            ),
            _rule(
                "upselling",
                _SERIOUS,
                "Settle this matter first, then offer something else.",
                "اول همین کار را تمام کنید، بعد چیز دیگری پیشنهاد بدهید.",
            ),
            _rule(
                "irony",
                _FAULT_FINDING,
                "This may be read as irony: thank for the point instead.",
                "این ممکن است کنایه به نظر برسد: به جایش از نکته‌اش تشکر کنید.",
            ),
            _rule(
                "point_by_point_defence",
                _FAULT_FINDING,
                "Do not defend point by point: record what is right and name one benefit.",
                "مو به مو دفاع نکنید: آنچه درست است ثبت کنید و یک حُسن بگویید.",
            ),
            _rule(
                "promise_of_perfection",
                _FAULT_FINDING,
                "Do not promise perfection: say what you will do.",
                "قول بی‌نقصی ندهید: بگویید چه می‌کنید.",
            ),
            _rule(
                "pressure",
                _HESITANT,
                "This presses for a decision: give the time it takes.",
                "این فشار می‌آورد: برای تصمیم فرصت بدهید.",
            ),
            _rule(
                "many_options",
                _HESITANT,
                "These are many options: recommend one, with its reason.",
                "گزینه‌ها زیاد است: یکی را با دلیل پیشنهاد بدهید.",
            ),
            _rule(
                "as_i_said",
                _HESITANT,
                "Say it once more without pointing out that you said it before.",
                "بی آنکه یادآوری کنید پیش‌تر گفته‌اید، دوباره بگویید.",
            ),
            _rule(
                "discount_at_once",
                _HAGGLER,
                "This gives a discount for nothing: ask for something in return.",
                "این تخفیفِ بی‌عوض است: در برابرش چیزی بخواهید.",
            ),
            _rule(
                "offence",
                _HAGGLER,
                "This sounds offended: bargaining is not meant against you.",
                "این رنجیده به نظر می‌رسد: چانه‌زدن علیه شما نیست.",
            ),
            _rule(
                "stock_phrase",
                _WARM,
                "This is a stock phrase: say it in your own words.",
                "این جمله‌ی آماده است: با زبان خودتان بگویید.",
            ),
            _rule(
                "rushing",
                _WARM,
                "This sounds hurried: one friendly sentence costs little.",
                "این شتاب‌زده است: یک جمله‌ی گرم وقتی نمی‌گیرد.",
            ),
            _rule(
                "too_intimate",
                _EVERYBODY - _SERIOUS,  # for whom it is `endearment`
                "This sounds too intimate: be polite and plain.",
                "این زیادی خودمانی است: مؤدب و ساده بنویسید.",
            ),
            _rule(
                "bookish",
                _EVERYBODY - _SERIOUS,  # official words are how some of them write themselves
                "This sounds bookish: say it as you would speak.",
                "این کتابی است: ساده‌تر بنویسید.",
            ),
            _rule(
                "one_word",
                _EVERYBODY,
                "One word is no answer: say at least what happens next.",
                "یک کلمه جواب نیست: دست‌کم بگویید بعد چه می‌شود.",
            ),
            _rule(
                "insult",
                frozenset(),  # of notes about a person, not of what is written to him
                "This may hurt, and the person may ask to read it: say what he did instead.",
                "این می‌رنجاند و خودِ او حق دارد آن را بخواند: بنویسید چه کرده است.",
            ),
        ]
    )
)
assert set(RULES) == set(get_args(RuleName))
