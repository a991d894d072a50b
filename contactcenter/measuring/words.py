"""What a metric means, in English and Persian: parts that the definitions are put together of."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

#: When a fact is counted, in both languages.
WHEN: Final[Mapping[str, tuple[str, str]]] = {
    "opened": ("When the ticket was opened.", "زمان باز شدن درخواست."),
    "happened": ("When it happened.", "زمانی که رخ داد."),
    "replied": ("When the reply was written.", "زمان نوشتن پاسخ."),
    "solved": ("When it was solved.", "زمان حل شدن."),
    "cohort": (
        "When it was solved, and only once the window after that is over.",
        "زمان حل شدن، و فقط وقتی مهلت پس از آن گذشته باشد.",
    ),
    "left": ("When the wait ended.", "زمان پایان انتظار."),
    "let_go": (
        "When he let the ticket go, or the call ended.",
        "زمانی که کارشناس درخواست را رها کرد یا تماس پایان یافت.",
    ),
    "referred": ("When the ticket was referred.", "زمان ارجاع درخواست."),
    "due": ("When the promise was due.", "زمان سررسید تعهد."),
    "answered": ("When the customer answered.", "زمان پاسخ مشتری."),
    "instant": ("At one instant, the end of the period.", "در یک لحظه: پایان دوره."),
    "cut": (
        "Times are cut to the period.",
        "از هر بازهٔ زمانی، فقط بخشی که در دوره است حساب می‌شود.",
    ),
}
#: Whose figure it is, in both languages.
WHOSE: Final[Mapping[str, tuple[str, str]]] = {
    "nobody": ("Nobody's: a ticket's and its queue's.", "به حساب کسی نیست؛ به حساب صف است."),
    "writer": ("Who wrote, or talked.", "کسی که نوشت یا صحبت کرد."),
    "solver": (
        "Who held it when it was solved, if he wrote or talked; nobody's if a program solved it.",
        (
            "کسی که هنگام حل شدن درخواست را در دست داشت، اگر نوشته یا صحبت کرده باشد؛ "
            "آنچه برنامه‌ای حل کند به حساب کسی نیست."
        ),
    ),
    "helper": (
        "Everybody else who had a hand in it, in the same episode.",
        "هر کس دیگری که در همان نوبت سهمی داشت.",
    ),
    "holder": ("Who held the ticket.", "کسی که درخواست را در دست داشت."),
    "taker": ("Who took the ticket.", "کسی که درخواست را پذیرفت."),
    "asked": ("Whom it rang at.", "کسی که درخواست به او پیشنهاد شد."),
    "referrer": (
        "Who referred it, and the tier it left.",
        "کسی که ارجاع داد، و سطحی که درخواست از آن رفت.",
    ),
    "receiver": (
        "The tier that received it; as an agent, who had referred it.",
        "سطحی که درخواست را دریافت کرد؛ اگر به تفکیک کارشناس باشد، کسی که ارجاع داده بود.",
    ),
    "due_holder": (
        (
            "A broken promise: who held the ticket when it was due, else its queue. One that was "
            "kept: who held it last."
        ),
        (
            "تعهد شکسته: کسی که هنگام سررسید درخواست را در دست داشت، وگرنه صف آن. تعهد برآورده: "
            "آخرین کسی که آن را در دست داشت."
        ),
    ),
    "rated": (
        "Who solved it; while nobody has, who held it last.",
        "کسی که حل کرد؛ و تا حل نشده، آخرین کسی که در دست داشت.",
    ),
    "himself": ("The agent himself.", "خود کارشناس."),
}


class Wording(Struct, frozen=True, kw_only=True):
    """A definition in one language: what it is called and is, when it counts, and for whom."""

    name: str
    what: str
    when: str
    whose: str


class Words(Struct, frozen=True, kw_only=True):
    """A definition in both languages."""

    en: Wording
    fa: Wording

    def of(self, language: Literal["en", "fa"]) -> Wording:
        """That of one language."""
        return self.en if language == "en" else self.fa


def words(en: tuple[str, str], fa: tuple[str, str], *, when: str, whose: str) -> Words:
    """Put a definition together: name and meaning in each language, and what is shared."""
    (when_en, when_fa), (whose_en, whose_fa) = WHEN[when], WHOSE[whose]
    return Words(
        en=Wording(name=en[0], what=en[1], when=when_en, whose=whose_en),
        fa=Wording(name=fa[0], what=fa[1], when=when_fa, whose=whose_fa),
    )
