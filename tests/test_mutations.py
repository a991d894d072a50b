"""The planted faults still fit the code; and, in the long rounds, each is noticed."""

import pytest
from mutations import TREE, Stale, check_fits, main, planted, table
from planted_faults import FAULTS, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_the_fault_fits_the_code(fault: Fault) -> None:
    check_fits(fault)


def test_a_fault_that_fits_nowhere_or_twice_is_stale() -> None:
    fault = FAULTS[0]

    for text in ("nothing of it", fault.old * 2):
        with pytest.raises(Stale, match=fault.name):
            planted(text, fault)


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 15


def test_the_document_shows_the_faults_as_they_are() -> None:
    shown = (TREE / "docs/trust.md").read_text(encoding="utf-8")

    assert "\n".join(table()) in shown, "paste what `python tests/mutations.py --table` prints"


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_every_fault_is_noticed() -> None:
    assert main([]) == 0
