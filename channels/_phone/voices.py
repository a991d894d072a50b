"""Which languages the provider can speak, and which it can understand."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Voice(Struct, frozen=True):
    """A voice and the language it speaks, in the provider's words."""

    name: str
    language: str


#: By our language. Persian has no voice: what is said in it must be a recording.
#: Source: https://www.twilio.com/docs/voice/twiml/say/text-speech
VOICES: Final[Mapping[str, Voice]] = {
    "ar": Voice("Polly.Zeina", "arb"),
    "da": Voice("Polly.Naja", "da-DK"),
    "de": Voice("Polly.Vicki", "de-DE"),
    "en": Voice("Polly.Joanna", "en-US"),
    "es": Voice("Polly.Lucia", "es-ES"),
    "fr": Voice("Polly.Lea", "fr-FR"),
    "it": Voice("Polly.Bianca", "it-IT"),
    "ja": Voice("Polly.Mizuki", "ja-JP"),
    "nl": Voice("Polly.Lotte", "nl-NL"),
    "pl": Voice("Polly.Ewa", "pl-PL"),
    "pt": Voice("Polly.Camila", "pt-BR"),
    "ru": Voice("Polly.Tatyana", "ru-RU"),
    "sv": Voice("Polly.Astrid", "sv-SE"),
    "tr": Voice("Polly.Filiz", "tr-TR"),
}

#: What is understood when somebody speaks to a menu; Persian is.
#: Source: https://www.twilio.com/docs/voice/twiml/gather#languagetags
HEARD: Final[Mapping[str, str]] = {
    "ar": "ar-SA",
    "da": "da-DK",
    "de": "de-DE",
    "en": "en-US",
    "es": "es-ES",
    "fa": "fa-IR",
    "fr": "fr-FR",
    "it": "it-IT",
    "ja": "ja-JP",
    "nl": "nl-NL",
    "pl": "pl-PL",
    "pt": "pt-BR",
    "ru": "ru-RU",
    "sv": "sv-SE",
    "tr": "tr-TR",
}


def voice(language: str) -> Voice | None:
    """The voice for a language tag such as ``en`` or ``en-GB``; None where there is none."""
    return VOICES.get(_primary(language))


def heard(language: str) -> str | None:
    """A language to understand, as the provider calls it; None where it cannot."""
    return HEARD.get(_primary(language))


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
