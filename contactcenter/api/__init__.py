"""The REST interface: the whole table of URLs is the list of modules here."""

from types import ModuleType
from typing import Final

from aiohttp import web

from contactcenter.api import (
    agent_phones,
    agent_skills,
    agents,
    asset_import,
    asset_owners,
    assets,
    attachments,
    audit,
    bands,
    behaviour,
    behaviour_files,
    behaviour_hooks,
    behaviour_kinds,
    calendars,
    call_transfers,
    callbacks,
    calls,
    categories,
    channels,
    chats,
    configuration,
    contact_account,
    contact_attributes,
    contact_cards,
    contact_history,
    contacts,
    dispositions,
    docs_page,
    draft_checks,
    dry_runs,
    endpoint,
    entitlements,
    entry_point_secrets,
    entry_points,
    entry_rules,
    escalations,
    explanations,
    feed,
    feedback,
    follow_ups,
    health,
    holidays,
    interactions,
    mails,
    media,
    merges,
    middleware,
    notices,
    opt_outs,
    outbound_calls,
    passwords,
    pauses,
    phone_menus,
    phone_sounds,
    prices,
    prompts,
    quarantine,
    queues,
    ratings,
    recording_policies,
    recordings,
    reports,
    saved_replies,
    segment_kinds,
    segment_policies,
    segment_rules,
    segments,
    service_tag_formats,
    sign_in,
    sla,
    staffing,
    supervision,
    teams,
    temperaments,
    ticket_assets,
    tickets,
    tokens,
    users,
    value,
    work,
    writing,
)
from contactcenter.api.operation import Operation
from contactcenter.api.services import SERVICES, Services

#: Every module with endpoints; a new one is added here.
MODULES: Final[tuple[ModuleType, ...]] = (
    sign_in,
    passwords,
    users,
    tokens,
    tickets,
    writing,
    work,
    escalations,
    pauses,
    interactions,
    chats,
    mails,
    calls,
    call_transfers,
    callbacks,
    supervision,
    sla,
    explanations,
    agents,
    feed,
    contacts,
    contact_cards,
    contact_attributes,
    contact_history,
    contact_account,
    opt_outs,
    outbound_calls,
    temperaments,
    draft_checks,
    segments,
    segment_kinds,
    segment_rules,
    segment_policies,
    asset_import,
    asset_owners,
    assets,
    ticket_assets,
    entitlements,
    service_tag_formats,
    merges,
    behaviour,
    behaviour_files,
    behaviour_hooks,
    behaviour_kinds,
    value,
    reports,
    bands,
    teams,
    queues,
    staffing,
    agent_skills,
    agent_phones,
    channels,
    entry_points,
    entry_point_secrets,
    entry_rules,
    configuration,
    dry_runs,
    calendars,
    holidays,
    categories,
    dispositions,
    saved_replies,
    phone_menus,
    prompts,
    feedback,
    follow_ups,
    notices,
    prices,
    quarantine,
    ratings,
    recordings,
    recording_policies,
    attachments,
    audit,
)


def operations() -> tuple[Operation, ...]:
    """Every operation there is, with its guard, in the order of the modules."""
    return tuple(
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, Operation) and value.handler.__module__ == module.__name__
    )


def api_routes(services: Services) -> list[web.RouteDef]:
    """The routes of every operation, and of the pages that describe them."""
    table = operations()
    return [
        *(web.RouteDef(o.method, o.path, endpoint.handler_of(o, services), {}) for o in table),
        *docs_page.routes(table, services.settings),
        *media.routes(services),
        *phone_sounds.routes(services),
    ]


def install(app: web.Application, services: Services) -> None:
    """Give an application the API and the middleware that all its routes pass, hooks too."""
    app[SERVICES] = services
    middleware.install(app, services)
    app.add_routes([*health.routes(services.db), *api_routes(services)])
