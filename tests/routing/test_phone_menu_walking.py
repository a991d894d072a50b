"""Going through menus by telephone, without any telephone."""

import pytest

from routing.calls import menu_walking, menus
from routing.calls.menu_walking import Entry, Place
from routing.calls.menus import Node, Option, Prompt, Tree, Utterance


def prompt(en, fa="https://example.com/fa.mp3"):
    return Prompt(by_language={"en": Utterance(say=en), "fa": Utterance(play=fa)})


TREE = menus.completed(
    Tree(
        start="hello",
        languages=("en", "fa"),
        nodes={
            "hello": Node(name="hello", kind="say", prompt=prompt("Hello."), next="tongue"),
            "tongue": Node(
                name="tongue",
                kind="language",
                prompt=prompt("For English press 1."),
                options={
                    "1": Option(to="en", words={"en": ("English",)}),
                    "2": Option(to="fa", words={"fa": ("فارسی",)}),
                },
                next="main",
            ),
            "main": Node(
                name="main",
                kind="menu",
                prompt=prompt("1 for sales, 2 for repairs."),
                options={
                    "1": Option(to="sales", words={"en": ("sales", "buy"), "fa": ("فروش",)}),
                    "2": Option(to="tag", words={"en": ("repair", "buy a part"), "fa": ("تعمیر",)}),
                    "9": Option(to="again"),
                },
                speech=True,
            ),
            "tag": Node(
                name="tag",
                kind="service_tag",
                prompt=prompt("Your service tag?"),
                next="repairs",
                tries=menus.TAG_TRIES,
            ),
            "again": Node(name="again", kind="start"),
            "sales": Node(name="sales", kind="queue", queue_id=7),
            "repairs": Node(name="repairs", kind="queue", queue_id=8),
        },
    )
)


def said(walk):
    return [h.prompt.name or h.prompt.heard(h.language).say or h.language for h in walk.heard]


def test_a_greeting_is_followed_by_the_first_question_in_all_languages():
    walk = menu_walking.begun(TREE, "en")

    assert walk.asks == Place(node="tongue")
    assert said(walk) == ["Hello.", "For English press 1.", "fa"]
    assert walk.ends is None


def test_a_chosen_language_is_spoken_from_then_on():
    walk = menu_walking.entered(TREE, Place(node="tongue"), Entry(digits="2"), "en")

    assert walk.language == "fa"
    assert [h.language for h in walk.heard] == ["fa"]
    assert (walk.asks, walk.chosen) == (Place(node="main"), "tongue:2")


@pytest.mark.parametrize(
    ("entry", "node"),
    [
        (Entry(digits="1"), "sales"),
        (Entry(digits="۱"), "sales"),
        (Entry(said="I'd like to BUY"), "sales"),
        (Entry(said="buy a part please", confidence=0.9), None),
        (Entry(said="number one"), "sales"),
        (Entry(said="1"), "sales"),
    ],
)
def test_a_key_or_words_lead_to_an_option(entry, node):
    walk = menu_walking.entered(TREE, Place(node="main"), entry, "en")

    assert (walk.ends.name if walk.ends else None) == node
    assert walk.chosen == ("main:1" if node else "main:2")


@pytest.mark.parametrize("words", ["تعمير", "برای تعمیر زنگ زدم", "شماره دو", "۲"])
def test_persian_words_are_understood_in_any_writing(words):
    walk = menu_walking.entered(TREE, Place(node="main"), Entry(said=words), "fa")

    assert walk.asks == Place(node="tag")


def test_words_of_another_language_mean_nothing_except_where_languages_are_chosen():
    assert menu_walking.entered(TREE, Place(node="main"), Entry(said="sales"), "fa").chosen is None
    tongue = menu_walking.entered(TREE, Place(node="tongue"), Entry(said="فارسی"), "en")
    assert tongue.language == "fa"


def test_words_that_fit_two_options_mean_neither():
    walk = menu_walking.entered(TREE, Place(node="main"), Entry(said="sales or repair"), "en")

    assert (walk.chosen, walk.asks) == (None, Place(node="main", tries=1))


def test_what_is_hardly_heard_is_not_understood():
    unsure = Entry(said="sales", confidence=0.3)

    walk = menu_walking.entered(TREE, Place(node="main"), unsure, "en")

    assert walk.asks == Place(node="main", tries=1)
    assert said(walk)[0] == "not_understood"


def test_unknown_keys_repeat_the_menu_and_then_somebody_answers():
    at, heard = Place(node="main"), []
    for _ in range(2):
        walk = menu_walking.entered(TREE, at, Entry(digits="7"), "en")
        heard.append(said(walk))
        at = walk.asks
    last = menu_walking.entered(TREE, at, Entry(digits="7"), "en")

    assert heard == [["not_understood", "1 for sales, 2 for repairs."]] * 2
    assert (last.asks, last.ends) == (None, menus.OURS["agent"])


def test_silence_repeats_the_menu_without_a_reproach_and_then_somebody_answers():
    first = menu_walking.entered(TREE, Place(node="main"), Entry(), "en")
    last = menu_walking.entered(TREE, Place(node="main", tries=2), Entry(), "en")

    assert said(first) == ["1 for sales, 2 for repairs."]
    assert last.ends.name == "agent"


def test_the_way_back_begins_anew():
    walk = menu_walking.entered(TREE, Place(node="main", tries=2), Entry(digits="9"), "fa")

    assert walk.asks == Place(node="tongue")


def test_a_known_service_tag_is_remembered():
    walk = menu_walking.entered(
        TREE, Place(node="tag"), Entry(digits="1234567", tag="1234567"), "en"
    )

    assert (walk.ends.name, walk.tag) == ("repairs", "1234567")


def test_a_wrong_service_tag_is_asked_for_once_more_and_then_it_goes_on_without():
    first = menu_walking.entered(TREE, Place(node="tag"), Entry(digits="99"), "en")
    second = menu_walking.entered(TREE, first.asks, Entry(digits="99"), "en")

    assert said(first) == ["no_such_tag", "Your service tag?"]
    assert (second.ends.name, second.tag) == ("repairs", None)


def test_who_chooses_no_language_goes_on_in_the_one_he_has():
    walk = menu_walking.entered(TREE, Place(node="tongue", tries=2), Entry(digits="5"), "fa")

    assert (walk.language, walk.asks) == ("fa", Place(node="main"))


def test_a_place_is_read_as_it_was_written():
    assert menu_walking.place(str(Place(node="main_2", tries=1))) == Place(node="main_2", tries=1)
    assert [menu_walking.place(w) for w in ("", "main", "main.x", "Main.1", "../x.1")] == [None] * 5


def test_a_place_that_an_edit_removed_leads_to_somebody():
    walk = menu_walking.entered(TREE, Place(node="gone"), Entry(digits="1"), "en")

    assert walk.ends.name == "agent"


def test_a_tree_in_circles_ends_with_somebody_nevertheless():
    nodes = {
        "a": Node(name="a", kind="say", prompt=prompt("A"), next="b"),
        "b": Node(name="b", kind="say", prompt=prompt("B"), next="a"),
    }
    tree = menus.completed(Tree(start="a", languages=("en",), nodes=nodes))

    assert menu_walking.begun(tree, "en").ends.name == "agent"


def test_a_number_without_a_menu_greets_and_lets_wait():
    walk = menu_walking.begun(menus.default("fa"), "fa")

    assert (said(walk), walk.ends.name, walk.ends.queue_id) == (["greeting"], "agent", None)
