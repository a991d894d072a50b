"""``contactcenter whatif`` on files: what it reads, what it refuses and what it prints."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactcenter.cli import main
from contactcenter.whatif import arrivals_csv, staff_csv
from contactcenter.whatif.columns import InvalidFile

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = (
    *("--arrivals", str(DOCS / "whatif" / "arrivals.csv")),
    *("--staff", str(DOCS / "whatif" / "staff.csv")),
)
STAFF = "agent,queue\nann,a\n"


def whatif(*options):
    return CliRunner().invoke(main, ["whatif", *options])


@pytest.fixture
def play(tmp_path):
    def ask(arrivals, staff=STAFF, *options):
        for name, content in (("arrivals.csv", arrivals), ("staff.csv", staff)):
            encoded = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(encoded)
        files = (
            "--arrivals",
            str(tmp_path / "arrivals.csv"),
            "--staff",
            str(tmp_path / "staff.csv"),
        )
        return whatif(*files, *options)

    return ask


def figures(result, queue=None, which="as_configured"):
    assert result.exit_code == 0, result.output
    outcome = json.loads(result.stdout)[which]
    return outcome["total"] if queue is None else outcome["queues"][queue]


def refused(content):
    with pytest.raises(InvalidFile) as refusal:
        arrivals_csv.read(content.encode(), "arrivals.csv", zone=None, needs_queue=True)
    return refusal.value.problems


def test_two_calls_and_one_agent(play):
    found = figures(play("at,queue,handle_s\n0,a,60\n10,a,30\n", STAFF, "--json"), "a")

    assert found["answered_wait"] == {
        "n": 2,
        "mean_s": 25.0,
        "median_s": 25.0,
        "p90_s": 45.0,
        "longest_s": 50.0,
    }
    assert (found["offered"], found["answered"], found["in_time"]) == (2, 2, 1)
    assert (found["service_level"], found["occupancy"]) == (0.5, 1.0)


def test_who_leaves_soon_is_left_out_of_the_service_level(play):
    arrivals = "at,queue,handle_s,patience_s\n0,a,60,\n1,a,9,4.9\n2,a,9,5\n3,a,9,50\n4,a,9,\n"

    found = figures(play(arrivals, STAFF, "--json"), "a")

    assert (found["offered"], found["abandoned"], found["short_abandoned"]) == (5, 3, 1)
    assert (found["service_level"], found["abandonment"]) == (0.25, 0.6)


def test_persian_digits_and_names_and_the_mark_of_excel(play):
    arrivals = "زمان ورود,صف,زمان رسیدگی,ارجاع\n۰,پشتیبانی,۱۲٫۵؛۳۰,تخصصی\n"
    staff = "کارشناس,صف,ظرفیت\nبهار,پشتیبانی,۲\nکاوه,تخصصی,\n"

    result = play(b"\xef\xbb\xbf" + arrivals.encode(), staff, "--language", "fa")
    found = figures(play(b"\xef\xbb\xbf" + arrivals.encode(), staff, "--json"), "پشتیبانی")

    assert "پشتیبانی" in result.stdout
    assert "سطح خدمت" in result.stdout
    assert "۱۰۰٫۰٪" in result.stdout
    assert "در تماس تلفنی ۲۰٫۰ ثانیه" in result.stdout
    assert (found["answered"], found["escalated"]) == (1, 1)


def test_every_slip_is_named_with_its_line_and_column():
    content = (
        "at,queue,handle_s,patience_s,weight,escalate\n"
        "5,a,60,,,\n"
        "x,a,60,-1,0,\n"
        ",a,,,2,\n"
        "6,,60;70,,1.5,\n"
        "2026-11-20T08:00:00+03:30,a,60;5,,,b;;c\n"
    )

    assert refused(content) == [
        "arrivals.csv, line 3, at: “x” is no number of seconds",
        "arrivals.csv, line 3, patience_s: “-1” is out of range",
        "arrivals.csv, line 3, weight: “0” is not between 1 and 1000000",
        "arrivals.csv, line 4, at: this is needed",
        "arrivals.csv, line 4, handle_s: this is needed",
        "arrivals.csv, line 5, queue: this is needed",
        "arrivals.csv, line 5, handle_s: 2 times for 1 legs",
        "arrivals.csv, line 5, weight: “1.5” is no whole number",
        "arrivals.csv, line 6, escalate: there is an empty name",
        "arrivals.csv, line 6, handle_s: 2 times for 1 legs",
        "arrivals.csv, line 6, at: instants and seconds cannot stand in one column",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "line 1: there is no line with the names of the columns: at, queue, handle_s"),
        ("at,queue\n1,a\n", "line 1, handle_s: this column is needed"),
        ("at,queue,handle_s,mood\n", "line 1, mood: no such column; there are at, queue,"),
        ("at,queue,handle_s,at\n", "line 1, at: this column is there twice"),
        ("at,queue,handle_s\n", "line 2: there are no arrivals"),
        ("at,queue,handle_s\n1,a,2,3\n", "line 2: 4 cells for 3 columns"),
        ('at,queue,handle_s\n1,"a,2\n', "line 2: unexpected end of data"),
        (
            "at,queue,handle_s\n2026-11-20T08:00,a,2\n",
            "line 2, at: “2026-11-20T08:00” has no offset",
        ),
        ("at,queue,handle_s\n1,a,nan\n", "line 2, handle_s: “nan” is out of range"),
        ("at,queue,handle_s\n1,a,1e300\n", "line 2, handle_s: “1e300” is out of range"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, problem):
    (said,) = refused(content)

    assert said.startswith(f"arrivals.csv, {problem}")


def test_what_is_not_utf_8_is_named_by_its_line():
    with pytest.raises(InvalidFile) as refusal:
        arrivals_csv.read(
            b"at,queue,handle_s\n1,\xe3\xd1,2\n", "a.csv", zone=None, needs_queue=True
        )

    assert refusal.value.problems == ["a.csv, line 2: this is not UTF-8; save it as “CSV UTF-8”"]


def test_of_very_many_slips_the_first_are_named_and_the_others_counted():
    problems = refused("at,queue,handle_s\n" + "x,a,1\n" * 60)

    assert len(problems) == 51
    assert problems[-1] == "arrivals.csv: 10 more"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("ann,a,1,\nann,a,1,", "line 3, queue: “ann” serves “a” above"),
        ("ann,a,1,\nann,b,2,", "line 3, capacity: “ann” has 1 above"),
        ("ann,a,1,0/10\nann,b,,0/11", "line 3, shifts: “ann” has other shifts above"),
        ("ann,a,1,0/10;5/20", "line 2, shifts: “0/10;5/20” has shifts that overlap"),
        ("ann,a,1,10/5", "line 2, shifts: “10/5” ends before it begins"),
        ("ann,a,1,morning", "line 2, shifts: “morning” is no shift; write 08:00/16:00"),
        ("ann,a,1,08:00/16:00", "line 2, shifts: arrivals in seconds have no time of day"),
        ("ann,,1,", "line 2, queue: this is needed"),
        ("", "line 2: there is nobody"),
    ],
)
def test_staff_that_cannot_be_read_says_why(lines, problem):
    with pytest.raises(InvalidFile) as refusal:
        staff_csv.read(
            f"agent,queue,capacity,shifts\n{lines}\n".encode(),
            "staff.csv",
            staff_csv.Span(0, 9, None),
        )

    (said,) = refusal.value.problems
    assert said.startswith(f"staff.csv, {problem}")


def test_a_command_that_is_refused_prints_every_slip_and_ends_with_2(play):
    result = play("at,queue,handle_s\n0,a,x\n1,a,y\n")

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "arrivals.csv, line 2, handle_s: “x” is no number of seconds",
        "arrivals.csv, line 3, handle_s: “y” is no number of seconds",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Name a day with --day, or its files"),
        ((*EXAMPLE, "--agents-in", "support"), "is not like support=+2"),
        ((*EXAMPLE, "--agents-in", "sales=+1"), "nobody serves “sales”"),
        ((*EXAMPLE, "--agents-in", "support=-9"), "only 3 can be taken from “support”"),
        ((*EXAMPLE, "--within", "phone"), "is not like phone=20"),
        ((*EXAMPLE, "--time-zone", "Teheran"), "There is no time zone Teheran"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(options, said):
    result = whatif(*options)

    assert result.exit_code == 2
    assert said in result.stderr.replace("\n", " ")


def test_a_queue_that_nobody_serves_is_noted_and_played(play):
    result = play("at,queue,handle_s,patience_s\n0,a,1,\n0,z,1,7\n0,z,1,\n", STAFF, "--json")

    found = figures(result, "z")
    assert "nobody serves queue “z”" in result.stderr
    assert (found["abandoned"], found["waiting"], found["occupancy"]) == (1, 1, None)


def test_shifts_are_of_every_day_in_the_zone_of_the_arrivals(play):
    arrivals = (
        "at,queue,handle_s\n"
        "2026-11-20T07:00:00+03:30,a,60\n"
        "2026-11-20T12:00:00+03:30,a,60\n"
        "2026-11-21T07:59:00+03:30,a,60\n"
    )
    staff = "agent,queue,shifts\nann,a,08:00/11:00;11:30/12:30\n"

    found = figures(play(arrivals, staff, "--json"), "a")

    assert found["wait"]["longest_s"] == 3600.0
    assert found["answered_wait"]["mean_s"] == (3600 + 0 + 60) / 3
    assert found["occupancy"] == round(180 / (8 * 3600), 6)


def test_what_is_in_hand_when_a_shift_ends_is_finished_and_nothing_new_begun(play):
    found = figures(
        play("at,queue,handle_s\n5,a,60\n6,a,1\n", "agent,queue,shifts\nann,a,0/10\n", "--json"),
        "a",
    )

    assert (found["answered"], found["waiting"]) == (1, 1)
    assert found["occupancy"] == round(60 / 65, 6)


def test_one_more_agent_is_like_those_whose_own_work_the_queue_is(play):
    arrivals = "at,queue,handle_s\n" + "0,a,100\n" * 4
    staff = "agent,queue,level,capacity\nann,a,1,2\nann,b,1,\ncyd,a,2,1\n"

    result = play(arrivals, staff, "--json", "--agents-in", "a=+1")

    assert figures(result)["in_time"] == 3
    assert figures(result, which="changed")["in_time"] == 4
    assert json.loads(result.stdout)["total_difference"]["in_time"] == 1


def test_fewer_agents_longer_work_and_less_patience(play):
    arrivals = "at,queue,handle_s,patience_s\n" + "0,a,100,150\n" * 2
    staff = "agent,queue\nann,a\nbob,a\n"
    options = ("--agents-in", "a=-1", "--handle-times", "2", "--patience", "0.5", "--json")

    changed = figures(play(arrivals, staff, *options), which="changed")

    assert (changed["answered"], changed["abandoned"]) == (1, 1)
    assert changed["wait"]["longest_s"] == 75.0


def test_other_staff(play, tmp_path):
    (tmp_path / "others.csv").write_text("agent,queue\nann,a\nbob,a\n")

    result = play(
        "at,queue,handle_s\n0,a,60\n0,a,60\n",
        STAFF,
        *("--other-staff", str(tmp_path / "others.csv"), "--json"),
    )

    assert figures(result)["in_time"] == 1
    assert figures(result, which="changed")["in_time"] == 2


def test_tickets_are_conserved():
    result = whatif(*EXAMPLE, "--agents-in", "support=+1", "--json")

    for which in ("as_configured", "changed"):
        total = figures(result, which=which)
        assert total["offered"] == 234
        assert total["offered"] == total["answered"] + total["abandoned"] + total["waiting"]
        for queue in json.loads(result.stdout)[which]["queues"].values():
            ways = ("answered", "abandoned", "overflowed", "moved", "waiting")
            assert queue["offered"] == sum(queue[way] for way in ways)
            assert queue["wait"]["n"] == queue["offered"]
            assert queue["answered_wait"]["n"] == queue["answered"]


def test_the_guide_says_what_the_command_prints():
    guide = (DOCS / "whatif.md").read_text(encoding="utf-8")
    example = guide.split("```")[3].strip().splitlines()

    printed = whatif(*EXAMPLE, "--agents-in", "support=+1").stdout
    support = printed[printed.index("\nsupport") :].splitlines()
    lines = [" ".join(line.split()) for line in support]

    said = [" ".join(line.split()) for line in example]
    assert len(said) == 8
    assert [line for line in lines if line in said][:8] == said


def test_arrivals_need_not_be_in_order_of_time(play):
    chance = random.Random(3)
    lines = [f"{n},a,{chance.randint(1, 20)}" for n in range(50)]
    shuffled = chance.sample(lines, len(lines))
    head = "at,queue,handle_s\n"

    assert figures(play(head + "\n".join(lines), STAFF, "--json")) == figures(
        play(head + "\n".join(shuffled), STAFF, "--json")
    )


BASE = """
queues:
  a: {team: x, tier: 1, auto_accept: [phone]}
  s: {team: x, tier: 2, auto_accept: [phone]}
capacity: {phone: 1}
entry:
  - {when: {category: "Hardware"}, queue: s}
  - {when: {customer_category: home}, queue: a}
"""


@pytest.fixture
def configured(tmp_path, play):
    def ask(arrivals, base, change, *options):
        (tmp_path / "base.yaml").write_text(base)
        (tmp_path / "change.yaml").write_text(change)
        staff = "agent,queue\nann@x.test,a\nsam@x.test,s\n"
        files = ("--configured", str(tmp_path / "base.yaml"))
        files += ("--configuration", str(tmp_path / "change.yaml"))
        return play(arrivals, staff, *files, "--json", *options)

    return ask


def test_entry_rules_find_a_queue_for_what_has_none(configured):
    arrivals = (
        "at,queue,handle_s,category,customer_category\n"
        "0,,9,Hardware / Printer,\n1,,9,,home\n2,a,9,Hardware,\n"
    )
    change = BASE.replace("category: Hardware", "category: Software").replace(
        '{category: "Hardware"}', '{category: "Software"}'
    )

    result = configured(arrivals, BASE, change)

    assert figures(result, "s")["offered"] == 1
    assert figures(result, "a")["offered"] == 2


def test_a_configuration_changes_entry_overflow_and_credit(configured):
    arrivals = (
        "at,queue,handle_s,customer_category\n0,a,100,home\n1,a,100,home\n2,a,100,government\n"
    )
    change = (
        BASE.replace("customer_category: home", "customer_category: government")
        + "credits: {customer_category: {government: 500}}\n"
        + "overflow: {a: [{after_s: 130, to: s}]}\n"
    )

    result = configured(arrivals, BASE, change)

    assert figures(result, "a")["answered"] == 3
    assert figures(result, "a")["answered_wait"]["longest_s"] == 198.0
    assert figures(result, "a", "changed")["answered_wait"]["longest_s"] == 98.0  # its credit
    assert figures(result, "s", "changed")["answered"] == 1


def test_what_no_entry_rule_finds_a_queue_for_is_refused(configured):
    result = configured("at,handle_s,category\n0,9,Hardware\n1,9,Other\n", BASE, BASE)

    assert result.exit_code == 2
    assert "1 arrivals have no queue" in result.stderr
    assert "number 2 of the file" in result.stderr


def test_a_configuration_that_cannot_be_read_is_named_fault_by_fault(configured):
    result = configured("at,queue,handle_s\n0,a,9\n", BASE, "queues: {a: {tier: 12}}\n")

    assert result.exit_code == 2
    assert "queues.a.team: this is missing" in result.stderr
    assert "queues.a.tier:" in result.stderr


def test_the_agents_of_a_document_serve_what_it_says(configured):
    change = BASE + "agents: {ann@x.test: {queues: {a: {}, s: {}}}}\n"

    result = configured("at,queue,handle_s\n0,s,50\n1,s,50\n", BASE, change)

    assert figures(result, "s")["wait"]["longest_s"] == 49.0
    assert figures(result, "s", "changed")["wait"]["longest_s"] == 49.0
    assert figures(result, "s", "changed")["occupancy"] == 1.0
