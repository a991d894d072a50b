"""What a menu by telephone is: nodes by name, what is heard at each, and where it leads.

``menu_reading`` makes a ``Tree`` of what an administrator wrote, ``menu_checks`` looks whether a
caller can get lost in it, ``menu_walking`` goes through it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal[
    "say",
    "menu",
    "language",
    "service_tag",
    "queue",
    "voicemail",
    "callback",
    "hang_up",
    "start",
]
Offer = Literal["callback", "voicemail"]

#: Where something is asked for; the others say something, lead on, or end the menu.
ASKING: Final = frozenset({"menu", "language", "service_tag"})
#: Where the menu is over.
ENDS: Final = frozenset({"queue", "voicemail", "callback", "hang_up"})
#: Who does not find his way goes here.
AGENT: Final = "agent"
#: Nodes that every tree has: one of this name takes the place of ours. Where a queue cannot be
#: entered callers come to ``closed``, ``full`` or ``unstaffed``.
RESERVED: Final = (AGENT, "closed", "full", "unstaffed", "callback", "voicemail")
#: What callers are kept from waiting by.
HINDRANCES: Final = ("closed", "full", "unstaffed")
#: So often is something asked, unless a tree says otherwise.
TRIES: Final = 3
#: A service tag is asked for once more, and then it goes on without.
TAG_TRIES: Final = 2
TIMEOUT_S: Final = 5
#: What is heard with less than this counts as not understood.
CONFIDENCE: Final = 0.5
#: So many callers may wait in a queue, unless its node says otherwise; a provider's own queue
#: holds a thousand. Source: https://www.twilio.com/docs/voice/api/queue-resource
AT_MOST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One of three: a text that is spoken, a sound at an address, a prompt of the house by name."""

    say: str | None = None
    play: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is heard: by language, or a prompt of the house in whichever the caller speaks."""

    name: str | None = None
    by_language: Mapping[str, Utterance] = field(default_factory=dict)

    def heard(self, language: str) -> Utterance | None:
        """What is heard by who speaks this language; None where there is nothing."""
        if self.name is not None:
            return Utterance(prompt=self.name)
        return self.by_language.get(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Where a key leads; for a choice of languages, to which.

    ``words`` are phrases by language that mean the same as the key.
    """

    to: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in a menu; which fields count depends on its kind.

    ``otherwise`` is where those go who were asked ``tries`` times. ``queue_id`` None is the queue
    of our number. ``is_ours`` ones were not written by anybody: every tree has them.
    """

    name: str
    kind: Kind
    prompt: Prompt | None = None
    next: str | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    otherwise: str | None = None
    tries: int = TRIES
    timeout_s: int = TIMEOUT_S
    speech: bool = False
    confidence: float = CONFIDENCE
    queue_id: int | None = None
    at_most: int = AT_MOST
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is heard while one waits: ``music`` is an address, None our own.

    At each ``offer_every``-th turn callers are asked whether they would rather be called back
    (key 1) or leave a message (key 2).
    """

    music: str | None = None
    position: bool = True
    expected_wait: bool = True
    offers: tuple[Offer, ...] = ("callback", "voicemail")
    offer_every: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A menu. It begins in the first of its ``languages`` unless the number has one of them."""

    start: str
    languages: tuple[str, ...]
    nodes: Mapping[str, Node]
    waiting: Waiting = field(default_factory=Waiting)

    def node(self, name: str) -> Node:
        """A node by its name; one that is not there is who answers."""
        return self.nodes.get(name) or self.nodes.get(AGENT) or OURS[AGENT]


def _asking(name: str) -> Node:
    options = {"1": Option(to="callback"), "2": Option(to="voicemail")}
    return Node(
        name=name,
        kind="menu",
        prompt=Prompt(name=name),
        options=options,
        otherwise="voicemail",
        tries=2,
        is_ours=True,
    )


#: The nodes that every tree has.
OURS: Final[Mapping[str, Node]] = {
    AGENT: Node(name=AGENT, kind="queue", is_ours=True),
    "closed": _asking("closed"),
    "full": _asking("full"),
    "unstaffed": _asking("unstaffed"),
    "callback": Node(
        name="callback", kind="callback", prompt=Prompt(name="callback"), is_ours=True
    ),
    "voicemail": Node(
        name="voicemail", kind="voicemail", prompt=Prompt(name="voicemail"), is_ours=True
    ),
}


def completed(tree: Tree) -> Tree:
    """The tree with those of our nodes that it has not itself."""
    return Tree(
        start=tree.start,
        languages=tree.languages,
        nodes={**OURS, **tree.nodes},
        waiting=tree.waiting,
    )


def default(language: str) -> Tree:
    """The menu of a number that has none: a greeting, and on to who answers."""
    greeting = Node(
        name="greeting", kind="say", prompt=Prompt(name="greeting"), next=AGENT, is_ours=True
    )
    return completed(Tree(start="greeting", languages=(language,), nodes={"greeting": greeting}))
