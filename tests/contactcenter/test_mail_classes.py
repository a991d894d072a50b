"""Every class of mail is treated somehow, and only people's words count."""

from typing import get_args

import pytest

from channels import MailKind
from contactcenter.mails import mail_classes

AUTOMATIC = [kind for kind in get_args(MailKind) if kind != "person"]


def test_every_class_has_a_treatment() -> None:
    assert set(mail_classes.TREATMENTS) == {"person", *AUTOMATIC}


def test_only_what_a_person_wrote_counts() -> None:
    counting = {kind for kind, treated in mail_classes.TREATMENTS.items() if treated.counts}

    assert counting == {"person"}


@pytest.mark.parametrize("kind", AUTOMATIC)
def test_what_no_person_wrote_is_no_message(kind: MailKind) -> None:
    treated = mail_classes.TREATMENTS[kind]

    assert treated.interaction_kind == "automatic"
    assert not treated.awaits_triage(opens_ticket=False)


@pytest.mark.parametrize("kind", ["bounce", "receipt", "complaint"])
def test_what_tells_of_our_mail_belongs_only_to_that_mail(kind: MailKind) -> None:
    treated = mail_classes.TREATMENTS[kind]

    assert treated.matches_only_ours
    assert not treated.by_correspondent
    assert treated.held_as == f"unmatched_{kind}"


def test_our_own_mail_goes_to_no_timeline() -> None:
    treated = mail_classes.TREATMENTS["loop"]

    assert (treated.place, treated.held_as) == ("aside", "own_mail")


@pytest.mark.parametrize("kind", ["bulk", "auto_reply"])
def test_a_ticket_opened_by_a_machine_still_needs_a_queue(kind: MailKind) -> None:
    assert mail_classes.TREATMENTS[kind].awaits_triage(opens_ticket=True)
