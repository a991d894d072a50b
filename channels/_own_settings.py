"""What single entry points have of their own, as channels see it: options and secrets alike."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class OwnSettings(Protocol):
    """What single entry points have of their own, beside what the settings hold for all."""

    def of(self, channel: str, address: str) -> Mapping[str, str]:
        """Values by the keys of the channel's settings, in the clear; empty if it has none.

        ``address`` is canonical. Asked at each request, so it answers from memory.
        """
        ...

    def addresses(self, channel: str) -> Sequence[str]:
        """All entry points of the channel that somebody set up, whether or not they have any."""
        ...


class NoOwnSettings:
    """No entry point has anything of its own."""

    def of(self, channel: str, address: str) -> Mapping[str, str]:  # noqa: ARG002 -- as above
        return {}

    def addresses(self, channel: str) -> Sequence[str]:  # noqa: ARG002 -- as above
        return ()


#: As long as nobody has any: then a hook need not even look for the entry point.
NOTHING_OWN = NoOwnSettings()
