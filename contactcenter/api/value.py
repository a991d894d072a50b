"""What customers are worth: how that is computed, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import predictions, value_classes, value_setting
from contactcenter.api.behaviour import Currency, Minor
from contactcenter.api.behaviour_kinds import Days
from contactcenter.api.operation import ADMIN, AGENT, SUPERVISOR, Call, operation
from contactcenter.api.partial import edited
from contactcenter.contacts import contacts
from contactcenter.predictions import Prediction, Score
from contactcenter.value_classes import Total
from contactcenter.value_setting import ValueSetting

_Rate = Annotated[float, Meta(gt=0, le=1e12)]
_Share = Annotated[float, Meta(ge=0, le=1)]


class ValueSettingChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    currency: Currency | UnsetType | None = UNSET
    rates: Annotated[dict[Currency, _Rate], Meta(max_length=200)] | UnsetType = UNSET
    period_days: Annotated[int, Meta(ge=1, le=366)] | UnsetType = UNSET
    periods: Annotated[int, Meta(ge=1, le=40)] | UnsetType = UNSET
    minute_rate_minor: Minor | UnsetType = UNSET
    vital_share: _Share | UnsetType = UNSET
    loyal_purchases: Annotated[int, Meta(ge=3, le=1000)] | UnsetType = UNSET
    at_risk_days: Days | UnsetType = UNSET
    lost_days: Days | UnsetType = UNSET


class ClassShare(Total, frozen=True, kw_only=True):
    """A class of contacts with its share of the whole; null where the whole is nothing."""

    contacts_share: float | None
    profit_share: float | None
    handling_share: float | None


class ValueReport(Struct, frozen=True, kw_only=True):
    """The classes as they were last computed, in minor units of ``currency``.

    ``left_out`` events are in currencies without a rate.
    """

    computed_at: datetime | None
    currency: str | None
    left_out: int
    classes: Sequence[ClassShare]


@operation("GET", "/value_setting", tag="value", roles=SUPERVISOR, via="read")
async def read_value_setting(call: Call) -> ValueSetting:
    """Read how value is computed."""
    return await value_setting.read(call.conn)


@operation("PATCH", "/value_setting", tag="value", roles=ADMIN, via="transaction")
async def change_value_setting(call: Call, body: ValueSettingChange) -> ValueSetting:
    """Say in which currency, over which periods and at what a minute of work value is computed.

    With ``vital_share`` those are vital who together bring that share of all profit. What follows
    from it is computed within the hour.
    """
    before = await value_setting.lock(call.conn)
    call.check_version(before.version)
    return await value_setting.change(
        call.conn, await call.clock(), before, edited(before, body), actor=call.actor.reference
    )


@operation("GET", "/reports/value_classes", tag="reports", roles=SUPERVISOR, via="read")
async def report_value_classes(call: Call) -> ValueReport:
    """Report what the classes of value bring, and what share of the work they take."""
    setting = await value_setting.read(call.conn)
    totals = await value_classes.totals(call.conn)
    whole = (
        sum(t.contacts for t in totals),
        sum(t.profit_minor for t in totals),
        sum(t.handling_s for t in totals),
    )
    return ValueReport(
        computed_at=setting.computed_at,
        currency=setting.computed_in,
        left_out=setting.left_out,
        classes=[_share(total, *whole) for total in totals],
    )


@operation("GET", "/contacts/{contact_id}/predictions", tag="value", roles=AGENT, via="read")
async def list_predictions(call: Call, contact_id: int) -> list[Prediction]:
    """Read what was foretold of a contact, the newest first, and what came of it."""
    await contacts.find(call.conn, contact_id)
    return await predictions.of_contact(call.conn, contact_id)


@operation("GET", "/reports/predictions", tag="reports", roles=SUPERVISOR, via="read")
async def report_predictions(call: Call) -> list[Score]:
    """Report how right predictions were: the purchases foretold beside those that came."""
    return await predictions.scores(call.conn)


def _share(total: Total, contacts: int, profit_minor: int, handling_s: int) -> ClassShare:
    return ClassShare(
        value_class=total.value_class,
        contacts=total.contacts,
        revenue_minor=total.revenue_minor,
        profit_minor=total.profit_minor,
        handling_s=total.handling_s,
        vital=total.vital,
        contacts_share=_part(total.contacts, contacts),
        profit_share=_part(total.profit_minor, profit_minor),
        handling_share=_part(total.handling_s, handling_s),
    )


def _part(of: int, whole: int) -> float | None:
    return round(of / whole, 6) if whole > 0 else None
