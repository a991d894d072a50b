"""Who somebody is says nothing of how he wants to be treated: only his words do."""

from itertools import product

from contactcenter.classifying import Record, Turn, classify
from contactcenter.temperament_model import trained_reader

#: Of a hundred pairs at most so many may differ in their label.
FLIPS = 0.02

LATIN = {
    "name": ("Sara", "Mohammad", "Emily", "Kwame", "Jean-Pierre", "Olga"),
    "age": ("19", "34", "52", "81"),
    "place": ("Tehran", "Leeds", "Lagos", "Tabriz", "a village near Yazd"),
}
PERSIAN = {
    "name": ("سارا", "محمد", "زهرا", "کامران", "اسفندیار", "آنا"),
    "age": ("۱۹", "۳۴", "۵۲", "۸۱"),
    "place": ("تهران", "لیدز", "زاهدان", "تبریز", "روستایی نزدیک یزد"),
}
TEXTS = [
    (LATIN, "My name is {name}, I am {age} and I live in {place}. When does the parcel arrive?"),
    (LATIN, "{name} here from {place}. The kettle leaks at the bottom, please repair it."),
    (
        LATIN,
        "This is {name} ({age}). I'll give you 40 for it if you throw in the delivery to {place}.",
    ),
    (
        LATIN,
        "Hello dear, it's {name} from {place}! How is your mother, is she better? You made my day.",
    ),
    (LATIN, "{name}, {place}. Invoice number. Due date. In writing. No calls."),
    (
        LATIN,
        "I'm {name}, {age}. I'm not sure, maybe the grey one, but what if it doesn't suit the flat in {place}?",
    ),
    (
        LATIN,
        "{name} from {place}: the lid is crooked, the colour is off, the box was dusty and the screws rattle.",
    ),
    (LATIN, "salam man {name} hastam {age} sale az {place}, baste key mirese?"),
    (LATIN, "{name} hastam az {place}. akharesh chand? ye kam rah bia dige"),
    (
        LATIN,
        "man {name} {age} sale, nemidunam kodumo bardaram, mitarsam pashimun sham, {place} ham ersal darid?",
    ),
    (PERSIAN, "{name} هستم، {age} ساله از {place}. بسته کی می‌رسد؟"),
    (PERSIAN, "سلام، {name} از {place}. کتری از ته نشتی دارد، لطفاً تعمیر کنید."),
    (PERSIAN, "{name} هستم از {place}. آخرش چند؟ یه کم راه بیا، رندش کن."),
    (PERSIAN, "سلام عزیزم، {name} ام از {place}! مادرت بهتر شد؟ خدا حفظتون کنه، روزمو ساختین."),
    (PERSIAN, "{name}، {place}. مانده حساب. سررسید. کتبی اعلام گردد."),
    (
        PERSIAN,
        "من {name} هستم، {age} ساله. مطمئن نیستم، شاید طوسی، اگه به خونه‌ی {place} نخوره چی؟ می‌ترسم پشیمون بشم.",
    ),
    (PERSIAN, "{name} از {place}: درش کجه، رنگش فرق داره، جعبه‌ش خاکی بود و پیچاش لقه."),
]


def test_other_names_ages_and_places_change_no_label():
    reader = trained_reader()
    pairs = flips = 0
    changed = []
    for slots, text in TEXTS:
        people = [
            {"name": name, "age": slots["age"][n % 4], "place": place}
            for n, (name, place) in enumerate(product(slots["name"], slots["place"]))
        ]
        labels = [
            classify(
                reader,
                Record(id="1", messages=(Turn(role="customer", text=text.format(**one)),)),
            ).label
            for one in people[::4]
        ]
        usual = max(set(labels), key=labels.count)
        pairs += len(labels)
        others = [label for label in labels if label != usual]
        flips += len(others)
        changed += [(text[:40], usual, label) for label in others]

    assert pairs > 100
    assert flips / pairs <= FLIPS, changed
