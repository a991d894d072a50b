"""What is put on a page of a mail, whatever the mail holds."""

from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from channels import content_ids, shown
from channels._mail import letter_markup, markup

IMAGE = "data:image/png;base64,iVBORw0KGgo="

_PIECES = st.sampled_from(
    (
        *("<img src=cid:a>", "<img src='cid:a\"b'>", '<img alt="> <img src=cid:a>" src=x>'),
        *("<img src=https://x.test/p>", "<img src=x onerror=y()>", "<script>", "</script>", "<!--"),
        *("-->", "<svg>", "</svg>", "<math>", "<style>", "</style>", "<noscript>", "<template>"),
        *("<p title='", '<p title="', "'>", '">', "'", '"', "<a href=javascript:y()>", "</a>"),
        *(
            "<a href=https://ok.test>",
            "<table>",
            "<td>",
            "</table>",
            "<form>",
            "<iframe>",
            "<base>",
        ),
        *("<p style='background:url(//x)'>", "&lt;script&gt;", "&#60;img src=cid:a&#62;", "سلام"),
        *(' src="cid:a"', "<details open>", "<![CDATA[", "<?x", "</p>", "<", ">", "\0", " "),
    )
)
_LETTERS = st.lists(_PIECES | st.text(max_size=5), max_size=12).map("".join)


@given(_LETTERS)
@example('<p title="<img src=cid:a>">x</p>')
@example("<img src='cid:a\" onerror=\"y()'>")
def test_whatever_is_shown_can_do_nothing_and_is_shown_the_same_again(html: str) -> None:
    for with_remote_images in (False, True):
        stored = markup.safe(html, with_remote_images=with_remote_images)
        letter = shown(stored, {"a": IMAGE}, with_remote_images=with_remote_images)

        again = shown(letter.html, {"a": IMAGE}, with_remote_images=with_remote_images)
        assert again.html == letter.html
        for element in LexborHTMLParser(f"<body><main>{letter.html}</main>").css("main *"):
            assert element.tag in letter_markup.TAGS
            for name, value in element.attributes.items():
                assert not name.startswith("on")
                if name == "href":
                    assert str(value).startswith(("https:", "http:", "mailto:", "tel:"))
                if name == "src":
                    allowed = (IMAGE, "https://", "http://") if with_remote_images else (IMAGE,)
                    assert str(value).startswith(allowed)


def test_a_file_is_found_however_its_content_id_is_written() -> None:
    html = markup.safe('<img src="cid:a&amp;b@x"><img src="cid:c%40x"><img src="cid:missing@x">')

    assert content_ids(html) >= {"a&b@x", "c@x", "missing@x"}
    letter = shown(html, {"a&b@x": IMAGE, "c@x": IMAGE})
    assert letter.html.count(IMAGE) == 2
    assert letter.images_left_out == 1


def test_words_that_look_like_an_image_are_no_image() -> None:
    html = markup.safe('&lt;img src="cid:a"&gt; and <code>src="cid:a"</code>')

    assert content_ids(html) == frozenset()
    assert IMAGE not in shown(html, {"a": IMAGE}).html


def test_a_letter_with_colours_of_its_own_lies_on_white_paper() -> None:
    assert shown('<p style="color:#222">x</p>', {}).has_colours
    assert shown('<td bgcolor="#fff">x</td>', {}).has_colours
    assert not shown("<p>my background is blue</p>", {}).has_colours
