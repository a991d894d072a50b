"""Holidays of a calendar: proposed by a list of public holidays, confirmed by an administrator."""

import asyncio
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from contactcenter import calendars, proposed_holidays, public_holidays
from contactcenter.activation.recording import recorded
from contactcenter.administration import calendar_setup
from contactcenter.administration.calendar_setup import Confirmation
from contactcenter.api.calendars import DayInput, DayName, hours_of
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.calendars import Calendar
from contactcenter.errors import BadInput, NotFound
from contactcenter.proposed_holidays import ProposedHoliday
from contactcenter.public_holidays import Reckoning, UnknownCountry
from routing.calendars import persian

_GREGORIAN_YEARS = range(1990, 2100)


class ProposalInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose holidays, and of which year; the Persian 1405 is 2026-03-21 to 2027-03-20."""

    country: Annotated[str, Meta(max_length=2, pattern=r"^[A-Z]{2}\Z", examples=["IR"])]
    year: Annotated[int, Meta(ge=1300, le=2099, examples=[2026])]
    reckoning: Reckoning = "gregorian"


class ConfirmationInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A proposed day that is a holiday. Names that are left out are those of the proposal."""

    day: date
    name_en: DayName | None = None
    name_fa: DayName | None = None
    hours: DayInput = ()


class ConfirmationsInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days that are confirmed, each by name."""

    holidays: Annotated[tuple[ConfirmationInput, ...], Meta(min_length=1, max_length=100)]


@operation(
    "GET",
    "/calendars/{calendar_id}/holidays/proposals",
    tag="calendars",
    roles=SUPERVISOR,
    via="read",
)
async def list_proposed_holidays(call: Call, calendar_id: int) -> list[ProposedHoliday]:
    """List proposed holidays that nobody has decided on."""
    await calendars.find(call.conn, calendar_id)
    return await proposed_holidays.list_of(call.conn, calendar_id)


@operation(
    "POST",
    "/calendars/{calendar_id}/holidays/proposals",
    tag="calendars",
    roles=ADMIN,
    via="transaction",
    status=201,
)
async def propose_holidays(
    call: Call, calendar_id: int, body: ProposalInput
) -> list[ProposedHoliday]:
    """Propose a country's holidays of a year; nothing is closed until they are confirmed.

    Each has a `certainty`: `fixed`; `movable`, which may be a day off, as feasts of the lunar
    calendar are; `unnamed`, which the list gives without saying what it is. Days of which the
    calendar says something itself are left out. Answers all that are still proposed.
    """
    before = await calendars.lock(call.conn, calendar_id)
    calendar_setup.check_standing(before)
    years = (
        range(persian.FIRST_YEAR, persian.LAST_YEAR)
        if body.reckoning == "persian"
        else _GREGORIAN_YEARS
    )
    if body.year not in years:
        raise BadInput(
            "body.year",
            f"A {body.reckoning.capitalize()} year from {years[0]} to {years[-1]} is taken.",
        )
    try:
        found = await asyncio.to_thread(
            public_holidays.of_year, body.country, body.year, body.reckoning
        )
    except UnknownCountry as error:
        raise BadInput("body.country", str(error)) from error
    now = await call.clock()
    await proposed_holidays.propose(call.conn, now, calendar_id, body.country, found)
    return await proposed_holidays.list_of(call.conn, calendar_id)


@operation(
    "POST",
    "/calendars/{calendar_id}/holidays/confirmations",
    tag="calendars",
    roles=ADMIN,
    via="dispatch",
    status=201,
)
async def confirm_holidays(call: Call, calendar_id: int, body: ConfirmationsInput) -> Calendar:
    """Confirm proposed holidays, day by day: they are exceptions of the calendar from now on.

    Without hours it is closed on that day.
    """
    before = await calendars.lock(call.conn, calendar_id)
    confirmed = [
        Confirmation(
            day=each.day,
            name_en=each.name_en,
            name_fa=each.name_fa,
            hours=hours_of(each.hours),
        )
        for each in body.holidays
    ]
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await calendar_setup.confirm(
            call.conn, call.now, before, confirmed, actor=call.actor.reference
        )


@operation(
    "DELETE",
    "/calendars/{calendar_id}/holidays/proposals/{day}",
    tag="calendars",
    roles=ADMIN,
    via="transaction",
)
async def drop_proposed_holiday(call: Call, calendar_id: int, day: date) -> None:
    """Drop a proposal: this is a working day."""
    await calendars.lock(call.conn, calendar_id)
    if not await proposed_holidays.drop(call.conn, calendar_id, [day]):
        raise NotFound(f"{day} is not proposed")
