"""Tone: where a draft goes against the guidance for a person. It warns, and never refuses."""

from routing.tone.lint import check
from routing.tone.notes import check_note
from routing.tone.values import RULES, Draft, Remark, Rule, RuleName

__all__ = ["RULES", "Draft", "Remark", "Rule", "RuleName", "check", "check_note"]
