"""A document is read from YAML or JSON with every fault named, and written so that it reads the same."""

import json

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from contactcenter.configuration_document import parsing, text, writing
from contactcenter.configuration_document.document import Document, Queue, Skills, TeamQueue
from contactcenter.configuration_document.problems import InvalidConfiguration

CENTRE = """
version: 7
queues:
  t1_general:
    {team: frontline, tier: 1, calendar: Tehran office, offer_s: {phone: 20, default: 45}}
  "Front desk": {team: frontline, tier: 2, requires: {language: {no: 2, fa: 3}}}
teams:
  - {team: frontline, queue: t1_general, level: 2, delay_s: 30}   # help out
agents:
  ann@example.com: {teams: [frontline], skills: {product: {printer: 2}}, queues: {"Front desk": {band: 1}}}
credits: {customer_category: {large_business: 180, home: 0}, reopened: 120}
entry:
  - {when: {keyword: [lawyer, وکیل]}, queue: Front desk}
escalation:
  - {name: sla, from: "*", when: {sla_burn: 0.9}, to: next_tier, notify: supervisor}
"""


def faults(content: str) -> list[str]:
    with pytest.raises(InvalidConfiguration) as raised:
        parsing.parse(content.encode())
    return [str(fault) for fault in raised.value.faults]


def test_yaml_becomes_a_document_in_the_products_words():
    document = parsing.parse(CENTRE.encode())

    assert document.version == 7
    assert document.queues["Front desk"] == Queue(
        team="frontline", tier=2, requires=Skills(language={"no": 2, "fa": 3})
    )
    assert document.teams == (TeamQueue(team="frontline", queue="t1_general", level=2, delay_s=30),)
    assert document.agents is not None
    assert document.agents["ann@example.com"].queues["Front desk"].band == 1
    assert document.entry[0].when == {"keyword": ["lawyer", "وکیل"]}
    assert document.escalation[0].when == {"sla_burn": 0.9}
    assert document.capacity == {"phone": 3, "webchat": 1}


def test_json_and_yaml_of_one_content_are_one_document():
    document = parsing.parse(CENTRE.encode())

    assert parsing.parse(json.dumps(writing.plain(document)).encode()) == document
    assert (
        parsing.parse(json.dumps(writing.plain(document), ensure_ascii=False).encode()) == document
    )


def test_what_is_written_reads_the_same_and_is_the_same_text_again():
    document = parsing.parse(CENTRE.encode())

    written = writing.dump(document)

    assert parsing.parse(written.encode()) == document
    assert writing.dump(parsing.parse(written.encode())) == written


WRITTEN = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30
).filter(lambda name: name.strip() != "")


@given(
    WRITTEN
    | st.sampled_from(
        [
            "no",
            "1",
            "1e5",
            "0x1f",
            "2026-01-01",
            "1:30",
            "~",
            "True",
            "-",
            "a: b",
            "#x",
            "*",
            "&a",
            "!b",
            "...",
        ]
    )
)
def test_any_name_survives_being_written(name: str):
    document = Document(queues={name: Queue(team=name, tier=1)})

    assert parsing.parse(writing.dump(document).encode()) == document


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_bytes_of_any_kind_are_read_or_refused_with_a_reason(content: bytes):
    try:
        parsing.parse(content)
    except InvalidConfiguration as invalid:
        told = msgspec.json.encode(invalid.data)
        assert b"detail" in told


def test_every_misshapen_value_is_named_with_its_place_and_line():
    known = (
        "auto_accept, calendar, escalate_after_s, escalate_to, offer_s, requires, return_after_s, "
        "team, tier, wrap_up_s"
    )
    assert faults(
        "queues:\n"
        "  x: {tier: 10, teem: a, offer_s: {phone: 1}}\n"
        "  'y z': 3\n"
        "teams:\n"
        "- {team: a}\n"
        "calendars: {c: {name_fa: ف, time_zone: UTC, week: {monday: ['8-17']}}}\n"
        "limits: {cooldown_s: -1}\n"
    ) == [
        "calendars.c.week.monday[0]: expected hours such as 08:00-17:00 (line 6)",
        f"queues.x.teem: this is not known; there are {known} (line 2)",
        "queues.x.team: this is missing (line 2)",
        "queues.x.tier: expected `int` <= 9 (line 2)",
        "queues.x.offer_s.phone: expected `int` >= 5 (line 2)",
        'queues["y z"]: expected `object`, got `int` (line 3)',
        "teams[0].queue: this is missing (line 5)",
        "limits.cooldown_s: expected `int` >= 0 (line 7)",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("a: &x 1", "the document: anchors (&) are not taken (line 1)"),
        ("b: *x", "the document: aliases (*) are not taken (line 1)"),
        ("a: !!python/object:os.system x", "the document: tags (!) are not taken (line 1)"),
        ("queues: {}\nqueues: {}", "queues: this is given twice (line 2)"),
        ('{"queues": {}, "queues": {}}', "queues: this is given twice"),
        (
            '{"queues": {"a\\u0000": {"team": "t", "tier": 1}}}',
            'queues["a\\u0000"]: this text cannot be stored',
        ),
        ("a: 1\n--- \nb: 1", "the document: there is a second document in it (line 2)"),
        ("? [a]\n: b", "the document: a map or list is the key of another (line 1)"),
        ("[" * 1000, "the document: it is nested too deeply (line 1)"),
        ('{"a":' * 100_000, "the document: it is nested too deeply"),
        ("queues: [", "the document: it is not YAML: did not find expected node content (line 2)"),
        ('{"limits": {"cooldown_s": NaN}}', "the document: NaN is not a number that JSON has"),
        ("x" * (text.MAX_BYTES + 1), "the document: it is longer than 1,000,000 bytes"),
        ("3", "the document: expected `object`, got `int`"),
    ],
)
def test_what_no_configuration_needs_is_refused(content: str, fault: str):
    assert faults(content) == [fault]


def test_words_that_other_readers_take_for_truth_are_words():
    assert text.read(b"[no, yes, on, 2026-12-31, 1:30, 010, 0x1f, true, 1.5, ~, '']").value == [
        "no", "yes", "on", "2026-12-31", "1:30", 10, "0x1f", True, 1.5, None, "",
    ]  # fmt: skip
