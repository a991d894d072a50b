import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactcenter.cli.classify import classify_file
from routing.temperament import LABELS

WARM: dict[str, Any] = {
    "id": "w",
    "lang": "en",
    "channel": "chat",
    "messages": [
        {"role": "agent", "text": "Hello!"},
        {"role": "customer", "text": "hello my love, how's the baby sleeping? bless her"},
    ],
    "behaviour": {"contacts_30d": 1},
    "label": "haggler",
}
PLAIN: dict[str, Any] = {
    "id": "p",
    "messages": [{"role": "customer", "text": "ساعت کاری فردا چند تا چند است؟"}],
}


def run(*arguments: str, lines: str) -> Result:
    return CliRunner().invoke(classify_file, ["-", *arguments], input=lines)


def test_each_record_gets_a_line(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text(f"{json.dumps(WARM)}\n\n{json.dumps(PLAIN)}\n", encoding="utf-8")

    done = CliRunner().invoke(classify_file, [str(file), "--json"])
    first, second = map(json.loads, done.output.splitlines())

    assert done.exit_code == 0
    assert (first["id"], first["label"]) == ("w", "warm")
    assert first["confidence"] == max(first["probs"].values())
    assert sum(first["probs"].values()) == pytest.approx(1, abs=1e-4)
    assert list(first["probs"]) == list(LABELS)
    shown = first["evidence"][0]
    assert (shown["message"], shown["points_to"]) == (1, "warm")
    start, end = shown["span"]
    assert WARM["messages"][1]["text"][start:end]
    assert (second["id"], second["label"], second["evidence"]) == ("p", "unknown", [])


def test_the_label_in_a_record_is_not_looked_at() -> None:
    told = {run(lines=json.dumps({**WARM, "label": label})).output for label in LABELS}

    assert len(told) == 1


def test_a_prior_can_be_given() -> None:
    even = json.loads(run(lines=json.dumps(WARM)).output)
    wary = json.loads(run("--prior", "unknown=0.7", lines=json.dumps(WARM)).output)

    assert wary["probs"]["unknown"] > even["probs"]["unknown"]


@pytest.mark.parametrize(
    "prior", ["cold=0.5", "warm=much", "warm=1.5", "warm=-0.1", "warm=0.7,serious=0.7", "warm=1"]
)
def test_a_prior_that_is_none_is_refused(prior: str) -> None:
    refused = run("--prior", prior, lines=json.dumps(WARM))

    assert refused.exit_code == 2
    assert "prior" in refused.output


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{", "-:2"),
        ("[]", "-:2"),
        ('{"id": "x"}', "messages"),
        ('{"id": "x", "messages": []}', "messages"),
        ('{"id": 7, "messages": [{"role": "customer", "text": "hi"}]}', "id"),
        ('{"id": "x", "messages": [{"role": "boss", "text": "hi"}]}', "role"),
        ('{"id": "x", "messages": [{"role": "customer", "text": null}]}', "text"),
    ],
)
def test_a_line_that_is_no_record_is_named(wrong: str, why: str) -> None:
    refused = run(lines=f"{json.dumps(PLAIN)}\n{wrong}\n")

    assert refused.exit_code == 1
    assert "-:2" in refused.output
    assert why in refused.output


def test_bytes_that_are_no_text_are_named() -> None:
    refused = CliRunner().invoke(classify_file, ["-"], input=b'{"id": "\xff\xfe"}\n')

    assert refused.exit_code == 1
    assert "-:1" in refused.output


def test_only_the_agent_shows_a_trait() -> None:
    record = {
        "id": "a",
        "messages": [
            {"role": "agent", "text": "Darling! How are you my love, kisses, what a lovely day ❤"},
            {"role": "customer", "text": "Where can I see my invoice?"},
        ],
    }

    assert json.loads(run(lines=json.dumps(record)).output)["label"] == "unknown"
