"""Surveys: whether and how customers are asked, and what was asked about a ticket."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from contactcenter import ticket_views
from contactcenter.api.operation import ADMIN, AGENT, SUPERVISOR, Call, operation
from contactcenter.surveys import policy, views
from contactcenter.surveys.policy import Policy
from contactcenter.surveys.views import Survey

Text = Annotated[str, Meta(min_length=6, max_length=1_000, pattern=r"\S")]
Subject = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class NewSurveyPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether, about which tickets, when and in which words customers are asked.

    Each text has `{link}` once, where the address goes. Callers get the text message.
    """

    is_on: bool
    channels: Annotated[
        list[str],
        Meta(max_length=10, description="Of tickets by `email`, `phone` or `sms`."),
    ]
    after_s: Annotated[int, Meta(ge=0, le=2_592_000, description="After the solution.")]
    valid_s: Annotated[int, Meta(ge=3_600, le=7_776_000, description="How long it is open.")]
    quiet_s: Annotated[
        int, Meta(ge=0, le=31_622_400, description="Nobody is asked twice within this.")
    ]
    text_en: Text
    text_fa: Text
    mail_en: Text
    mail_fa: Text
    subject_en: Subject
    subject_fa: Subject


@operation("GET", "/survey_policy", tag="surveys", roles=SUPERVISOR, via="read")
async def find_survey_policy(call: Call) -> Policy:
    """Read whether, when and in which words customers are asked how well a problem was solved."""
    return await policy.find(call.conn)


@operation("PUT", "/survey_policy", tag="surveys", roles=ADMIN, via="transaction", versioned=False)
async def replace_survey_policy(call: Call, body: NewSurveyPolicy) -> Policy:
    """Say so; it holds for what is solved from now on.

    Who is not asked at all: who opted out, and visitors of a chat, who are asked in its window.
    Where it is switched off, what was planned is not asked any more.
    """
    before = await policy.lock(call.conn)
    after = Policy(**structs.asdict(body), version=before.version)
    return await policy.change(
        call.conn, await call.clock(), before, after, actor=call.actor.reference
    )


@operation("GET", "/tickets/{ticket_id}/surveys", tag="surveys", roles=AGENT, via="read")
async def list_surveys_of_ticket(call: Call, ticket_id: int) -> list[Survey]:
    """List what was asked about a ticket: one question an episode, its answer, and whose it is."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await views.of_ticket(call.conn, ticket_id)
