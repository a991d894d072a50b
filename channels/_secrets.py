"""What single entry points keep secret, as channels see it."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Secrets(Protocol):
    """What single entry points keep secret, beside what the settings hold for all."""

    def of(self, channel: str, address: str) -> Mapping[str, str]:
        """Values by the keys of the channel's settings, in the clear; empty if it has none.

        ``address`` is canonical. Asked at each request, so it answers from memory.
        """
        ...

    def addresses(self, channel: str) -> Sequence[str]:
        """The entry points of the channel that have any."""
        ...


class NoSecrets:
    """No entry point has secrets of its own."""

    def of(self, channel: str, address: str) -> Mapping[str, str]:  # noqa: ARG002 -- as in Secrets
        return {}

    def addresses(self, channel: str) -> Sequence[str]:  # noqa: ARG002 -- as in Secrets
        return ()


#: As long as nobody has any: then a hook need not even look for the entry point.
NO_SECRETS = NoSecrets()
