"""In which languages a provider has a voice; in any other one a person has to be recorded."""

from collections.abc import Callable, Mapping

from channels import Channel
from contactcenter.calls.calls import CHANNEL

Speaks = Callable[[str], bool]

#: The language of our own sentences, which every provider speaks.
OWN = "en"


def of(channels: Mapping[str, Channel]) -> Speaks:
    """Whether a text in a language can be spoken; as long as nobody is set up, English can."""
    channel = channels.get(CHANNEL)
    telephony = None if channel is None else channel.telephony
    return own_alone if telephony is None else telephony.speaks


def own_alone(language: str) -> bool:
    """Whether it is the language of our own sentences."""
    return language == OWN
