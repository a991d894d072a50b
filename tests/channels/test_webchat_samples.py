"""What docs/webchat.md tells host sites to write signs tokens that we believe."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels import Attested
from channels._webchat.identity import check

SECRET = "kQ+9/a-key-as-openssl-prints-it-in-base64-with-48-bytes"
USER = {"id": 7, "name": "سارا «احمدی»", "email": "sara@example.com", "email_verified": True}
SARA = Attested(user_id="7", name="سارا «احمدی»", email="sara@example.com")
DOCUMENT = Path(__file__).parents[2] / "docs" / "webchat.md"


def sample(language: str) -> str:
    [code] = re.findall(
        rf"^```{language}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return code


def believed(token: str) -> Any:
    return check(token, [SECRET], audience="KEY", now=datetime.now(UTC))


def run(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not on this machine")
    environment = {**os.environ, "CHAT_SECRET": SECRET}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=True)  # noqa: S603
    return done.stdout.decode()


def test_the_sample_in_python_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_SECRET", SECRET)
    names: dict[str, Any] = {}
    exec(sample("python"), names)  # noqa: S102

    assert believed(names["chat_token"](USER)) == SARA
    assert believed(names["chat_token"](USER | {"email_verified": None})).email is None


@pytest.mark.slow
def test_the_sample_for_node_signs() -> None:
    call = f"process.stdout.write(chatToken({json.dumps(USER)}))"

    assert believed(run("node", "-e", sample("js") + call)) == SARA


@pytest.mark.slow
def test_the_sample_in_php_signs() -> None:
    call = f"echo chat_token(json_decode({json.dumps(USER)!r}, true));"

    assert believed(run("php", "-r", sample("php") + call)) == SARA
