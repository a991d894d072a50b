"""When and how a ticket is referred to a more specialised tier.

Escalation is no failure: bonuses on low transfer rates depress referrals beyond reason (Hathaway,
Kagan and Dada 2023), so nothing here counts against the agent who refers.
"""

from typing import Final, Literal

Reason = Literal["agent", "customer_words", "time_in_tier"]

#: A ticket that has risen this often is not moved by a rule any more; a person still may.
MAX_BY_RULE: Final = 3
#: Seconds of credit for each tier a ticket rises: it does not start at the end again.
CREDIT_PER_TIER_S: Final = 300
#: Seconds of credit for a problem that came back.
CREDIT_REOPENED_S: Final = 120
#: A rule that becomes due while it is the customer's turn waits at least this long afterwards.
LEAST_LEFT_S: Final = 60


def may_by_rule(*, escalations: int, tier: int, target_tier: int | None) -> bool:
    """Whether a rule, not a person, may refer the ticket now."""
    return target_tier is not None and target_tier > tier and escalations < MAX_BY_RULE


def credit_s(*, tier: int, target_tier: int) -> int:
    """What a ticket gains by rising; nothing for going down or sideways."""
    return max(0, target_tier - tier) * CREDIT_PER_TIER_S
