import pytest

from routing.requests import ESCALATION_CUES, asks_for_escalation

ASKS = (
    ("Can I speak to your manager please?", "asks_for_manager"),
    ("I want to talk to a supervisor NOW", "asks_for_manager"),
    ("put me through to someone in charge", "asks_for_senior"),
    ("This is going nowhere, escalate this.", "asks_for_senior"),
    ("Is there someone more senior I could talk to?", "asks_for_senior"),
    ("I'd like this escalated", "asks_for_senior"),
    ("Please transfer me to a specialist, you have tried twice", "asks_for_specialist"),
    ("I need an expert on this laptop", "asks_for_specialist"),
    ("Have your manager call me", "asks_for_manager"),
    ("Not good enough. I want a call from your manager.", "asks_for_manager"),
    ("can I get a manager", "asks_for_manager"),
    ("who's in charge there? let me talk to the duty manager", "asks_for_manager"),
    ("با مدیرتون صحبت کنم لطفا", "asks_for_manager"),
    ("می‌خوام با مدیر حرف بزنم", "asks_for_manager"),
    ("وصلم کنین به سرپرست", "asks_for_manager"),
    ("مديرتون زنگ بزنه", "asks_for_manager"),
    ("لطفاً به کارشناس ارشد وصل کنید", "asks_for_senior"),
    ("یه نفر بالاتر از خودتون نیست جواب بده؟", "asks_for_senior"),
    ("این موضوع را به سطح بالاتر ارجاع دهید", "asks_for_senior"),
    ("با یه متخصص صحبت کنم بهتره", "asks_for_specialist"),
    ("یکی که سررشته داره بیاد پای تلفن", "asks_for_specialist"),
    ("رئیستون کجاست؟", "asks_for_manager"),
    ("lotfan ba modiretun sohbat konam", "asks_for_manager"),
    ("vasl konid be sarparast", "asks_for_manager"),
    ("ye nafar balatar javab bede lotfan", "asks_for_senior"),
    ("be karshenase arshad vasl konid", "asks_for_senior"),
    ("ba ye motekhases harf bezanam", "asks_for_specialist"),
)
DOES_NOT_ASK = (
    "I don't need a manager, just the invoice",
    "No need to escalate this, it works now",
    "I'd rather not speak to a manager",
    "My manager asked me to renew the contract",
    "I am the manager of the shop, please send it to me",
    "Please tell your manager you were wonderful",
    "I spoke to your manager yesterday and it is settled",
    "> Can I speak to your manager?\nignore that, it was my flatmate",
    'My husband wrote: "I want to speak to a manager right now" but I am fine',
    "The escalator on level 2 is broken",
    "which level of support does my contract have?",
    "When does the store manager's course begin?",
    "نیازی نیست با مدیر صحبت کنم",
    "مدیر لازم نیست، فقط فاکتور",
    "نمی‌خوام با مدیرتون حرف بزنم، خودتون جواب بدین",
    "من مدیر فروشگاه هستم، برای خودم بفرستید",
    "مدیرم گفته قرارداد رو تمدید کنیم",
    "دیروز با مدیرتون صحبت کردم، حل شد",
    "ba modir sohbat kardam diruz, hal shod",
    "همسرم نوشته: «می‌خوام با مدیر صحبت کنم همین الان» ولی من راضی‌ام",
    "modir lazem nist, faghat faktor",
    "nemikham ba modir sohbat konam",
    "",
)


@pytest.mark.parametrize(("text", "cue"), ASKS)
def test_a_request_for_somebody_above_is_heard(text, cue):
    assert asks_for_escalation(text) == cue


@pytest.mark.parametrize("text", DOES_NOT_ASK)
def test_denials_quotations_and_mere_mentions_are_no_request(text):
    assert asks_for_escalation(text) is None


def test_only_published_names_are_returned():
    assert {cue for _, cue in ASKS} == set(ESCALATION_CUES)
