"""HTML of strangers is shown without doing anything, and read as text."""

import pytest
from harmful_html import harm_in
from hypothesis import given, settings
from hypothesis import strategies as st

from channels._mail import fragments
from channels._mail.markup import safe, to_text

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&colon;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='cid:x'>x</a>",
    "<a href='https'>a page of ours</a>",
    "<a href='cid:x' dir=ltr rel=opener title=x>x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=https://evil.example><input name=p><button>go</button></form>",
    "<p style='background:url(https://evil.example/p)'>x</p>",
    "<p style='background-color:expression(alert(1))'>x</p>",
    "<p style='position:fixed;top:0'>x</p>",
    "<style>@import 'https://evil.example'</style>",
    "<link rel=stylesheet href=https://evil.example><base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src=https://evil.example/pixel.gif srcset='https://evil.example/2x'>",
    "<div id=app class=admin name=x data-x=y>x</div>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<table background=https://evil.example/x><td background=//evil.example>x</table>",
    "<video poster=https://evil.example/x><source src=x></video><audio src=x>",
    "<p dir=rtl lang=fa>سلام</p><script",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_comes_out_harmless_and_a_second_time_the_same(attack):
    shown = safe(attack)

    assert harm_in(shown) == []
    assert safe(shown) == shown


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*ATTACKS, "<p>", "</p>", "<b>", "&lt;", "'", '"', "<", ">", "x", "<td>", "<!--", "-->"]
        ),
        max_size=8,
    )
)
def test_attacks_in_any_order_come_out_harmless_and_stay_as_they_are(pieces):
    shown = safe("".join(pieces))

    assert harm_in(shown) == []
    assert safe(shown) == shown


def test_the_search_for_harm_finds_some_in_every_attack_itself():
    harmless = [attack for attack in ATTACKS if not harm_in(attack)]

    assert harmless == [  # to today's browsers: a comment, and an element that never begins
        "<!--[if IE]><script>alert(1)</script><![endif]-->",
        "<p dir=rtl lang=fa>سلام</p><script",
    ]


@pytest.mark.parametrize(
    "html", ["<pre><!-- -->\n\nx", "<pre>" + "\n" * 20 + "x", "<PRE dir=rtl>\n\n\nx"]
)
def test_lines_before_the_first_word_go_at_once_and_nothing_else(html):
    assert safe(safe(html)) == safe(html)
    assert "x</pre>" in safe(html)


def test_what_a_letter_needs_stays():
    letter = '<p dir="rtl" style="color:red">سلام <b>علی</b> <a href="https://x.example/">x</a> <img src="cid:a@b" alt="x"></p>'

    assert safe(letter) == letter.replace(
        '"https://x.example/"', '"https://x.example/" rel="noopener noreferrer nofollow"'
    )


def test_remote_images_are_shown_only_when_asked_for():
    html = b'<img src="https://shop.example/a.png">'

    assert fragments.read(html).html == "<img>"
    assert fragments.read(html, with_remote_images=True).html == html.decode()


@pytest.mark.parametrize("html", ["<div>" * 50_000, "<p>x" * 800_000, "&amp;" * 60_000])
def test_too_much_is_shown_as_text_only(html):
    read = fragments.read((html + "the words").encode())
    shown, text = read.html, read.text

    assert shown is None
    assert text.endswith("the words")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two", "one\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("a <a href='https://x.example/y'>link</a>", "a link (https://x.example/y)"),
        ("<a href='https://x.example/'>https://x.example</a>", "https://x.example"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<script>no</script><style>no</style><title>no</title>", "a"),
        ("<img alt='a cat' src=x>", "a cat"),
        ("a&nbsp;b &amp; c", "a\xa0b & c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("", ""),
    ],
)
def test_the_words_of_a_letter(html, text):
    assert to_text(html) == text
