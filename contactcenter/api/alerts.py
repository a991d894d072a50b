"""Alerts: thresholds of the live board, what they raised, and who was told."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, structs

from contactcenter.alert_keeper import purpose
from contactcenter.alerting import raising, rules, webhooks
from contactcenter.alerting.judging import Direction
from contactcenter.alerting.raising import Alert, Delivery
from contactcenter.alerting.rules import MOST_EMAILS, Language, Measure, Rule, Settings, Targets
from contactcenter.api.inputs import MAX_ID, Id, Line
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.errors import NotFound

_LIST: Final = Cursor("alerts", int)


class NewAlertRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measure of the live board, of a queue or (null) of all together, and a threshold.

    Raised when the measure was `above` or `below` the threshold for `for_s` seconds without a
    break, cleared when it is back at `clears_at`, which lies on the quiet side.
    `service_level_today` goes from 0 to 1. Who leads the team of the queue sees it in the feed, of
    all queues together whoever leads a team; `emails` and `webhook_url` are told as well.
    """

    name: Line
    measure: Measure
    direction: Direction
    threshold: Annotated[float, Meta(ge=0, le=1_000_000_000)]
    clears_at: Annotated[float, Meta(ge=0, le=1_000_000_000)]
    queue_id: Id | None = None
    for_s: Annotated[int, Meta(ge=0, le=86_400)] = 0
    emails: Annotated[
        list[Annotated[str, Meta(min_length=3, max_length=254)]], Meta(max_length=MOST_EMAILS)
    ] = []
    webhook_url: Annotated[str, Meta(min_length=8, max_length=2_000)] | None = None
    language: Language = "en"
    is_on: bool = True


class WebhookSecrets(Struct, frozen=True, kw_only=True):
    """By which a receiver knows that we say it; each message is signed by all of them."""

    secrets: Sequence[str]


class AlertsQuery(PageQuery, frozen=True, kw_only=True):
    """Which to list: those that hold (`open`), or are over (`cleared`)."""

    state: Literal["open", "cleared"] | None = None


class AlertView(Alert, frozen=True, kw_only=True):
    """An alert, and who outside is told of it."""

    deliveries: Sequence[Delivery]


@operation("GET", "/alert_rules", tag="alerts", roles=SUPERVISOR, via="read")
async def list_alert_rules(call: Call) -> list[Rule]:
    """List the rules of the queues of your teams and of all together, by name.

    Administrators see every rule; others of a webhook its host alone.
    """
    return await rules.seen(call.conn, call.actor.user_id)


@operation("GET", "/alert_rules/{alert_rule_id}", tag="alerts", roles=SUPERVISOR, via="read")
async def find_alert_rule(call: Call, alert_rule_id: int) -> Rule:
    """Read one rule; who is no administrator sees of a webhook its host alone."""
    for rule in await rules.seen(call.conn, call.actor.user_id, alert_rule_id):
        return rule
    raise NotFound(f"there is no alert rule {alert_rule_id}")


@operation("POST", "/alert_rules", tag="alerts", roles=ADMIN, via="transaction", status=201)
async def create_alert_rule(call: Call, body: NewAlertRule) -> Rule:
    """Write a rule; it is looked at every few seconds from now on.

    A webhook has a public https address, or a host that the setting `webhook_hosts` names.
    """
    return await rules.create(
        call.conn,
        await call.clock(),
        _said(body),
        targets=_targets(call),
        actor=call.actor.reference,
    )


@operation("PUT", "/alert_rules/{alert_rule_id}", tag="alerts", roles=ADMIN, via="transaction")
async def replace_alert_rule(call: Call, alert_rule_id: int, body: NewAlertRule) -> Rule:
    """Replace what a rule says.

    What it has raised is cleared where it is switched off, or measures something else.
    """
    before = await rules.lock(call.conn, alert_rule_id)
    call.check_version(before.version)
    now = await call.clock()
    after = await rules.change(
        call.conn,
        now,
        before,
        _said(body),
        targets=_targets(call),
        actor=call.actor.reference,
    )
    await raising.follow_change(call.conn, now, before, after)
    return after


@operation("DELETE", "/alert_rules/{alert_rule_id}", tag="alerts", roles=ADMIN, via="transaction")
async def remove_alert_rule(call: Call, alert_rule_id: int) -> None:
    """Throw a rule away; what it has raised is cleared, and stays to be read."""
    rule = await rules.lock(call.conn, alert_rule_id)
    now = await call.clock()
    await raising.follow_removal(call.conn, now, rule)
    await rules.remove(call.conn, now, rule, actor=call.actor.reference)


@operation(
    "GET", "/alert_rules/{alert_rule_id}/webhook_secrets", tag="alerts", roles=ADMIN, via="read"
)
async def find_alert_webhook_secrets(call: Call, alert_rule_id: int) -> WebhookSecrets:
    """Read by what the webhook of a rule is signed, as Standard Webhooks have it."""
    rule = await rules.find(call.conn, alert_rule_id)
    keys = call.services.secret_keys.derived(purpose(rule.id))
    return WebhookSecrets(secrets=[webhooks.secret(key) for key in keys])


@operation("GET", "/alerts", tag="alerts", roles=SUPERVISOR, via="read")
async def list_alerts(call: Call, query: AlertsQuery) -> Page[AlertView]:
    """List what was raised, the newest first, with who was told and who could not be.

    Supervisors see those of the queues of their teams, and of all queues together.
    """
    is_open = None if query.state is None else query.state == "open"
    found = await raising.page(
        call.conn,
        is_open=is_open,
        before_id=_LIST.read(query.cursor) or MAX_ID,
        limit=query.limit + 1,
        viewer_id=call.actor.user_id,
    )
    told = await raising.deliveries(call.conn, [one.id for one in found])
    views = [
        AlertView(
            **structs.asdict(one), deliveries=[each for each in told if each.alert_id == one.id]
        )
        for one in found
    ]
    return _LIST.page(views, query.limit, lambda one: one.id)


def _said(body: NewAlertRule) -> Settings:
    said = structs.asdict(body)
    return Settings(**{**said, "name": body.name.strip()})


def _targets(call: Call) -> Targets:
    services = call.services
    return Targets(mail=services.channels.get("email"), inside=services.settings.webhook_hosts)
