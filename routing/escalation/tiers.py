"""What going up and down is worth, and how often it may happen."""

from typing import Final

#: A ticket that has risen this often is not moved by a rule any more; a person still may.
MAX_BY_RULE: Final = 3
#: A ticket that was sent back this often stays where it is.
MAX_RETURNS: Final = 2
#: A customer who asks twice in one breath is not passed over the head of the tier that has just got
#: him: no rule moves the ticket again for this long, and his words until then are not counted.
COOLDOWN_S: Final = 300
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
