"""What may be told of a customer's behaviour, line by line, and what is wrong with a line."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from channels import Address
from contactcenter.behaviour.behaviour_kinds import BehaviourKind
from contactcenter.currencies import CURRENCIES
from contactcenter.errors import BadInput

#: Without an amount these say nothing.
MONEY: Final = frozenset({"purchase", "return", "invoice", "payment"})
#: What it is about belongs to these.
TOPICAL: Final = frozenset({"complaint", "interest"})
#: What the goods cost us is told with these.
GOODS: Final = frozenset({"purchase", "return"})
REFERRAL: Final = "referral"
#: Clocks of other systems may be ahead by so much.
AHEAD: Final = timedelta(minutes=5)


class Who(Struct, frozen=True, kw_only=True):
    """A contact as a line names him: by his id or by an address of his.

    ``field`` is the part of the line that does.
    """

    field: str
    contact_id: int | None = None
    address: Address | None = None


class Line(Struct, frozen=True, kw_only=True):
    """One thing a customer did; ``place`` is what an error's place begins with.

    ``source`` and ``external_id`` name it for good: the same thing told twice is one.
    """

    place: str
    who: Who
    kind: str
    source: str
    external_id: str
    occurred_at: datetime
    amount_minor: int | None = None
    cost_minor: int | None = None
    currency: str | None = None
    product: str | None = None
    topic: str | None = None
    referred: Who | None = None
    details: Mapping[str, Any] = {}

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return self.source, self.external_id

    @property
    def content(self) -> tuple[object, ...]:
        """What is told, besides of whom."""
        return (
            self.kind,
            self.occurred_at,
            self.amount_minor,
            self.cost_minor,
            self.currency,
            self.product,
            self.topic,
            dict(self.details),
        )

    def wrong(self, field: str, detail: str) -> BadInput:
        """What to raise about a part of it."""
        return BadInput(self.place + field, detail)


def check(line: Line, kinds: Mapping[str, BehaviourKind], now: datetime) -> BehaviourKind:
    """The kind of a line that says what its kind needs and nothing else; raises ``BadInput``."""
    kind = kinds.get(line.kind)
    if kind is None:
        raise line.wrong("kind", f"There is no kind of behaviour {line.kind}.")
    if line.occurred_at > now + AHEAD:
        raise line.wrong("occurred_at", "This lies in the future.")
    _check_money(line)
    if line.kind in TOPICAL and line.topic is None:
        raise line.wrong("topic", f"A {line.kind} needs its topic.")
    if (line.kind == REFERRAL) != (line.referred is not None):
        field = line.referred.field if line.referred else "referred_contact_id"
        said = "Only a referral brings somebody." if line.referred else "Who was brought?"
        raise line.wrong(field, said)
    _check_own(line, kind)
    return kind


def _check_money(line: Line) -> None:
    if line.kind in MONEY and line.amount_minor is None:
        raise line.wrong("amount_minor", f"A {line.kind} needs its amount.")
    if line.kind not in GOODS and line.cost_minor is not None:
        raise line.wrong("cost_minor", "Only a purchase or a return has goods that cost us.")
    has_money = line.amount_minor is not None or line.cost_minor is not None
    if has_money and line.currency is None:
        raise line.wrong("currency", "An amount needs its currency.")
    if line.currency is not None and not has_money:
        raise line.wrong("amount_minor", "A currency needs an amount.")
    if line.currency is not None and line.currency not in CURRENCIES:
        raise line.wrong("currency", f"{line.currency} is no currency of ISO 4217.")


def _check_own(line: Line, kind: BehaviourKind) -> None:
    """What only the house's own kinds may say."""
    if not kind.built_in:
        return
    if line.details:
        raise line.wrong("details", "Only kinds of the house's own have details.")
    if line.topic is not None and line.kind not in TOPICAL:
        raise line.wrong("topic", f"A {line.kind} has no topic.")
