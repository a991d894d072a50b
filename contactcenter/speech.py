"""How something is said to a person: in a language, with instants as clocks in a zone show them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from msgspec import Struct

from routing.calendars.persian import persian_date
from routing.wording import Language, digits


class Speech(Struct, frozen=True, kw_only=True):
    """A language, and where the clocks hang."""

    language: Language
    zone: ZoneInfo

    def clock(self, beside: datetime) -> Callable[[datetime], str]:
        """How instants are written that stand beside another one.

        Of the same day ``10:31:07``, of another with its date: in Persian a Persian one.
        """
        return partial(_written, self, beside.astimezone(self.zone).date())


def _written(speech: Speech, today: date, at: datetime) -> str:
    local = at.astimezone(speech.zone)
    time = f"{local:%H:%M:%S}"
    if local.date() != today:
        day = persian_date(local.date()) if speech.language == "fa" else local.date()
        time = f"{day} {time}"
    return digits(time, speech.language)
