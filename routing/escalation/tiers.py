"""What going up and down is worth."""

from typing import Final

#: Seconds of credit for each tier a ticket rises: it does not start at the end again.
CREDIT_PER_TIER_S: Final = 300
#: Seconds of credit for a problem that came back.
CREDIT_REOPENED_S: Final = 120
#: A rule that becomes due while it is the customer's turn waits at least this long afterwards.
LEAST_LEFT_S: Final = 60
#: So long a ticket that was sent back is kept for who had it there, where nothing is configured.
KEPT_FOR_S: Final = 900


def credit_s(*, tier: int, target_tier: int, per_tier_s: int = CREDIT_PER_TIER_S) -> int:
    """What a ticket gains by rising; nothing for going down or sideways."""
    return max(0, target_tier - tier) * per_tier_s
