import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.language import detect

CASES = (
    ("سلام، سفارش من کی می‌رسد؟", "fa"),
    ("سلام", "fa"),
    ("مودمم WiFi نداره", "fa"),
    ("كي مي‌رسد؟", "fa"),
    ("Where is my order?", "en"),
    ("please call me back", "en"),
    ("hello", "en"),
    ("I got your message about the router, it's still not working", "en"),
    ("salam sefareshe man key mirese?", "fa-Latn"),
    ("mikham ba yek nafar sohbat konam", "fa-Latn"),
    ("vasl konid be sarparast", "fa-Latn"),
    ("merci, dastgah kharab shode dobare", "fa-Latn"),
    ("gheymatesh chande?", "fa-Latn"),
    ("ok", None),
    ("1", None),
    ("", None),
    ("👍", None),
    ("Ali", None),
    ("12/05 14:30", None),
    ("bonjour, je ne suis pas chez moi pour la livraison", None),
    ("hola, donde esta mi pedido por favor", None),
    ("Wo ist meine Bestellung und wann kommt sie?", None),
    ("أين الطلب الذي اشتريته من المتجر؟ هذا التأخير غير مقبول", None),
    ("Где мой заказ?", None),
)


@pytest.mark.parametrize(("text", "language"), CASES)
def test_language_is_told_by_script_and_function_words(text, language):
    assert detect(text) == language


def test_quoted_text_does_not_decide_the_language():
    assert detect("ممنون، حل شد\n> Where is my order? Please call me back.") == "fa"


@given(st.text())
def test_any_text_gets_a_known_answer(text):
    assert detect(text) in {"fa", "en", "fa-Latn", None}
