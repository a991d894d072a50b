"""When and how a ticket is referred to a more specialised tier, and sent back.

Escalation is no failure: bonuses on low transfer rates depress referrals beyond reason (Hathaway,
Kagan and Dada 2023), so nothing here counts against the agent who refers.

``conditions`` is what a rule may ask for, ``checking`` whether it can be asked, ``deciding`` which
rule moves a ticket now or when time alone could make one do so, ``words`` says it to people.
"""

from routing.escalation.checking import Mistake, check
from routing.escalation.conditions import (
    LEAVES,
    REPEATED_WITHIN_DAYS,
    Facts,
    Held,
    Promise,
    asks_for,
    days_looked_back,
    leaves,
)
from routing.escalation.deciding import (
    Due,
    Limits,
    Rule,
    Standing,
    first_due,
    next_instant,
)
from routing.escalation.tiers import (
    CREDIT_PER_TIER_S,
    CREDIT_REOPENED_S,
    KEPT_FOR_S,
    LEAST_LEFT_S,
    credit_s,
)
from routing.escalation.words import (
    FAILURES,
    LEAF_NAMES,
    REASONS,
    RETURN_REASONS,
    Failure,
    Reason,
    ReturnReason,
    in_words,
    reason_in_words,
)

__all__ = [
    "CREDIT_PER_TIER_S",
    "CREDIT_REOPENED_S",
    "FAILURES",
    "KEPT_FOR_S",
    "LEAF_NAMES",
    "LEAST_LEFT_S",
    "LEAVES",
    "REASONS",
    "REPEATED_WITHIN_DAYS",
    "RETURN_REASONS",
    "Due",
    "Facts",
    "Failure",
    "Held",
    "Limits",
    "Mistake",
    "Promise",
    "Reason",
    "ReturnReason",
    "Rule",
    "Standing",
    "asks_for",
    "check",
    "credit_s",
    "days_looked_back",
    "first_due",
    "in_words",
    "leaves",
    "next_instant",
    "reason_in_words",
]
