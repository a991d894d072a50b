"""What a telephone does next: the steps of a ``Script``, in no provider's words."""

from typing import Literal

from msgspec import Struct


class Say(Struct, frozen=True, kw_only=True, tag=True):
    """Speak a text, in a language the provider has a voice for."""

    text: str
    language: str = "en"


class Play(Struct, frozen=True, kw_only=True, tag=True):
    """Play a sound; ``url`` is absolute, or a path of ours."""

    url: str
    times: int = 1


class Pause(Struct, frozen=True, kw_only=True, tag=True):
    """Say nothing for a while."""

    seconds: int = 1


class Ask(Struct, frozen=True, kw_only=True, tag=True):
    """Wait for digits, or words, while ``prompts`` are heard; what he enters comes to ``gather``.

    Silence comes there as well. ``step`` comes back in the hook's query. ``digits`` is how many
    keys end it, None where ``finish_key`` does. ``name`` is the hook it comes to.
    """

    prompts: tuple[Say | Play | Pause, ...]
    step: str
    digits: int | None = 1
    finish_key: str = "#"
    timeout_s: int = 5
    speech: bool = False
    language: str = "en"
    hints: tuple[str, ...] = ()
    name: Literal["gather", "wait", "offer"] = "gather"


class Park(Struct, frozen=True, kw_only=True, tag=True):
    """Let the customer wait; what he hears comes from ``wait`` again and again."""

    call_id: int


class Join(Struct, frozen=True, kw_only=True, tag=True):
    """Enter the room of a call. ``label`` is as in ``CallEvent``.

    ``ends_room`` is for the customer alone, else a transfer would end the call. ``coaches`` is the
    provider's id of the one telephone that hears him.
    """

    call_id: int
    label: str
    ends_room: bool = False
    muted: bool = False
    coaches: str | None = None
    record: bool = False


class TakeMessage(Struct, frozen=True, kw_only=True, tag=True):
    """Record what he says after the tone; it comes to ``voicemail`` and ``recording``."""

    call_id: int | None
    at_most_s: int = 120
    finish_key: str = "#"
    transcribe: bool = False


class Again(Struct, frozen=True, kw_only=True, tag=True):
    """Ask us for the next step, at the hook ``name`` with this ``step``."""

    name: Literal["voice", "gather", "wait"]
    step: str = ""


class LeaveQueue(Struct, frozen=True, kw_only=True, tag=True):
    """Stop waiting; what comes then is answered at ``enqueue_action``."""


class HangUp(Struct, frozen=True, kw_only=True, tag=True):
    """End the call of this telephone."""


Step = Say | Play | Pause | Ask | Park | Join | TakeMessage | Again | LeaveQueue | HangUp
#: What a telephone does next, in order. Nothing is: go on as you are.
Script = tuple[Step, ...]
