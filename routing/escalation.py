"""When and how a ticket is referred to a more specialised tier.

Escalation is no failure: bonuses on low transfer rates depress referrals beyond reason (Hathaway,
Kagan and Dada 2023), so nothing here counts against the agent who refers.
"""

from typing import Final, Literal

Reason = Literal["agent", "customer_words", "time_in_tier"]

#: A ticket that has risen this often is not moved by a rule any more; a person still may.
MAX_BY_RULE: Final = 3
#: A customer who asks twice in one breath is not passed over the head of the tier that has just got
#: him: his words do not move the ticket again for this long.
COOLDOWN_S: Final = 300
#: Seconds of credit for each tier a ticket rises: it does not start at the end again.
CREDIT_PER_TIER_S: Final = 300
#: Seconds of credit for a problem that came back.
CREDIT_REOPENED_S: Final = 120
#: A rule that becomes due while it is the customer's turn waits at least this long afterwards.
LEAST_LEFT_S: Final = 60


def may_by_rule(
    reason: Reason,
    *,
    escalations: int,
    tier: int,
    target_tier: int | None,
    since_last_s: float | None,
) -> bool:
    """Whether a rule, not a person, may refer the ticket now.

    ``since_last_s`` is the time since it last rose; None where it never did.
    """
    if target_tier is None or target_tier <= tier or escalations >= MAX_BY_RULE:
        return False
    is_cooling = since_last_s is not None and since_last_s < COOLDOWN_S
    return reason != "customer_words" or not is_cooling


def credit_s(*, tier: int, target_tier: int, per_tier_s: int = CREDIT_PER_TIER_S) -> int:
    """What a ticket gains by rising; nothing for going down or sideways."""
    return max(0, target_tier - tier) * per_tier_s
