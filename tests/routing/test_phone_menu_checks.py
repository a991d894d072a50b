"""What is wrong with a menu, told by its place."""

import copy
import json
import re
from pathlib import Path

import pytest
import yaml

from routing.calls import menu_checks, menu_reading, menus

GOOD = {
    "start": "hello",
    "languages": ["en", "fa"],
    "nodes": {
        "hello": {"kind": "say", "prompt": "greeting", "next": "tongue"},
        "tongue": {
            "kind": "language",
            "prompt": {
                "en": "For English press 1.",
                "fa": {"play": "https://example.com/tongue.mp3"},
            },
            "options": {"1": "en", "2": {"to": "fa", "words": {"fa": ["فارسی"]}}},
            "next": "main",
        },
        "main": {
            "kind": "menu",
            "prompt": "main",
            "options": {
                "1": {"to": "sales", "words": {"en": ["sales"], "fa": ["فروش"]}},
                "2": "tag",
                "*": "again",
            },
            "speech": True,
            "otherwise": "sales",
        },
        "tag": {"kind": "service_tag", "prompt": "tag", "next": "repairs"},
        "again": {"kind": "start"},
        "sales": {"kind": "queue", "queue_id": 3, "at_most": 20},
        "repairs": {"kind": "queue"},
    },
    "waiting": {"music": "https://example.com/music.mp3", "offers": ["callback"], "offer_every": 2},
}
RECORDED = {name: {"en", "fa"} for name in ("greeting", "main", "tag")}


def problems(change=lambda tree: None, recorded=RECORDED, spoken=("en",)):
    written = copy.deepcopy(GOOD)
    change(written)
    read = menu_reading.read(written)
    found = [*read.problems]
    if not found:
        found = menu_checks.problems_of(read.tree, spoken=spoken, recorded=recorded)
    return [f"{problem.place}: {problem.detail}" for problem in found]


def at(*path, value):
    def change(tree):
        for key in path[:-1]:
            tree = tree[key]
        if value is None:
            del tree[path[-1]]
        else:
            tree[path[-1]] = value

    return change


def test_a_good_menu_is_read_as_it_was_written():
    read = menu_reading.read(GOOD)

    assert problems() == []
    assert read.tree.nodes["main"].options["1"].words == {"en": ("sales",), "fa": ("فروش",)}
    assert read.tree.nodes["main"].speech
    assert (read.tree.nodes["sales"].queue_id, read.tree.nodes["sales"].at_most) == (3, 20)
    assert read.tree.nodes["tag"].tries == menus.TAG_TRIES
    assert read.tree.waiting == menus.Waiting(
        music="https://example.com/music.mp3", offers=("callback",), offer_every=2
    )
    assert read.tree.nodes["closed"].is_ours


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            at("nodes", "main", "options", "2", value="tga"),
            "tree.nodes.main.options.2: There is no node 'tga'.",
        ),
        (at("start", value="x"), "tree.start: There is no node 'x'."),
        (at("nodes", "tag", "next", value="x"), "tree.nodes.tag.next: There is no node 'x'."),
        (
            at("nodes", "main", "otherwise", value="x"),
            "tree.nodes.main.otherwise: There is no node 'x'.",
        ),
        (
            at("nodes", "tongue", "options", "2", value="de"),
            "tree.nodes.tongue.options.2: 'de' is none of the languages of this menu.",
        ),
        (
            at("nodes", "lost", value={"kind": "hang_up"}),
            "tree.nodes.lost: Nothing leads here.",
        ),
        (
            at("nodes", "tongue", "prompt", "fa", value=None),
            "tree.nodes.tongue.prompt.fa: Nothing is heard in fa.",
        ),
        (
            at("nodes", "tongue", "prompt", "fa", value="برای فارسی ۲ را فشار دهید."),
            "tree.nodes.tongue.prompt.fa: There is no voice for fa: give a recording, as play or prompt.",
        ),
        (
            at("nodes", "main", "prompt", value="nothing"),
            "tree.nodes.main.prompt: There is no prompt nothing in en.",
        ),
        (
            at("nodes", "main", "prompt", value={"en": "x" * 1001, "fa": {"prompt": "main"}}),
            "tree.nodes.main.prompt.en: It has 1001 characters; a caller hears 1000 at most.",
        ),
        (
            at("nodes", "main", "prompt", value={"en": "{name}", "fa": {"prompt": "main"}}),
            "tree.nodes.main.prompt.en: There is nothing to take the place of {name}.",
        ),
        (
            at("nodes", "main", "options", "۱", value="sales"),
            "tree.nodes.main.options.۱: The key 1 is there already.",
        ),
        (
            at("nodes", "main", "options", "12", value="sales"),
            "tree.nodes.main.options.12: A key is 0 to 9 or *.",
        ),
        (
            at("nodes", "main", "options", "4", value={"to": "tag", "words": {"fa": ["فروش"]}}),
            "tree.nodes.main.options.4.words.fa: “فروش” means the key 1 already.",
        ),
        (
            at("nodes", "main", "options", value={}),
            "tree.nodes.main.options: Give at least one key.",
        ),
        (
            at("nodes", "main", "kind", value="tree"),
            ("tree.nodes.main.kind: It is one of say, menu, language, service_tag, queue, voicemail, "
            "callback, hang_up, start."),
        ),
        (
            at("nodes", "main", "next", value="tag"),
            "tree.nodes.main.next: A node of kind menu has no such field.",
        ),
        (at("nodes", "tag", "prompt", value=None), "tree.nodes.tag.prompt: A node of kind service_tag needs it."),
        (at("nodes", "main", "tries", value=0), "tree.nodes.main.tries: It is a whole number from 1 to 9."),
        (at("nodes", "main", "tries", value=True), "tree.nodes.main.tries: It is a whole number from 1 to 9."),
        (at("nodes", "main", "confidence", value=1.5), "tree.nodes.main.confidence: It is from 0 to 1."),
        (at("nodes", "Main", value={"kind": "hang_up"}), "tree.nodes.Main: A name is of a-z, 0-9 and _, and begins with a letter."),
        (at("languages", value=["en", "en"]), "tree.languages: Name 1 to 10 languages once each, such as en and fa."),
        (at("nodes", value=[]), "tree.nodes: This is an object, with names for what is in it."),
        (at("waiting", "music", value="http://example.com/x"), "tree.waiting.music: Give an address that begins with https://."),
        (at("waiting", "offers", value=["call"]), "tree.waiting.offers: List callback, voicemail, both or none."),
        (at("colour", value="red"), "tree.colour: There is no such field."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_place(change, problem):
    assert problem in problems(change)


def test_who_presses_nothing_does_not_go_round_for_ever():
    def circle(tree):
        tree["nodes"]["main"]["otherwise"] = "again"

    assert problems(circle) == [
        (
            "tree.nodes.hello: Who presses nothing goes round for ever: "
            "hello → tongue → main → again → hello."
        )
    ]


def test_a_full_queue_does_not_lead_back_to_itself():
    def circle(tree):
        tree["nodes"]["full"] = {"kind": "say", "prompt": "greeting", "next": "sales"}

    [problem] = problems(circle)
    assert "goes round for ever" in problem
    assert "sales → full → sales" in problem or "full → sales → full" in problem


def test_a_way_back_by_a_key_is_no_circle():
    assert "again" in GOOD["nodes"]["main"]["options"].values()
    assert problems() == []


def test_a_voice_makes_a_text_do():
    written = at("nodes", "tongue", "prompt", "fa", value="x")

    assert problems(written, spoken=("en", "fa")) == []


@pytest.mark.parametrize(
    "nonsense", [None, [], "x", {"nodes": {"a": None}}, {"nodes": {"a": {"kind": []}}}]
)
def test_nonsense_is_refused_and_never_a_crash(nonsense):
    assert menu_reading.read(nonsense).problems


def test_the_example_of_the_documentation_is_a_good_menu():
    text = (Path(__file__).parents[2] / "docs" / "phone.md").read_text(encoding="utf-8")
    [written] = re.findall(r"```yaml\n(name: .*?)```", text, re.DOTALL)
    tree = json.loads(json.dumps(yaml.safe_load(written)))  # keys of telephones are texts
    tree.pop("name")
    for node in tree["nodes"].values():
        node.pop("queue", None)  # the command knows queues by name

    read = menu_reading.read(tree)

    recorded = {name: {"en", "fa"} for name in ("greeting", "tongue", "main", "tag")}
    assert read.problems == ()
    assert menu_checks.problems_of(read.tree, spoken=("en",), recorded=recorded) == []
