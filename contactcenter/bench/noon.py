"""An instant that is the same in every run."""

from datetime import UTC, datetime
from typing import Final

SENT_AT: Final = datetime(2026, 2, 3, 12, tzinfo=UTC)
