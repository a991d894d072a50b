"""The scripts of others that are served are those that were looked at."""

import hashlib
from importlib import resources

STATIC = resources.files("contactcenter.api") / "static"
OWN = {"docs.js"}


def test_every_script_of_others_has_its_checksum_its_licence_and_its_line_in_the_readme():
    sums = dict(
        reversed(line.split())
        for line in (STATIC / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    )
    readme = (STATIC / "README.md").read_text(encoding="utf-8")

    assert set(sums) == {f.name for f in STATIC.iterdir() if f.name.endswith(".js")} - OWN
    for name, expected in sums.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == expected, name
        [row] = [line for line in readme.splitlines() if line.startswith(f"| `{name}`")]
        assert "LICENSE.txt`" in row


def test_every_licence_that_the_readme_names_is_there():
    readme = (STATIC / "README.md").read_text(encoding="utf-8")
    licences = {f.name for f in STATIC.iterdir() if f.name.endswith(".LICENSE.txt")}

    assert len(licences) == 7
    assert all(f"`{name}`" in readme for name in licences)
