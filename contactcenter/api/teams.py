"""Teams: who works together, who leads, and whose tickets others may not read."""

from msgspec import UNSET, Struct, UnsetType

from contactcenter import teams
from contactcenter.api.inputs import Id, Line
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.api.partial import edited
from contactcenter.teams import Team


class NewTeam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team; its lead becomes its first member."""

    name: Line
    lead_id: Id | None = None
    restricted: bool = False


class TeamChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. A new lead becomes a member."""

    name: Line | UnsetType = UNSET
    lead_id: Id | UnsetType | None = UNSET
    restricted: bool | UnsetType = UNSET


@operation("GET", "/teams", tag="teams", roles=SUPERVISOR, via="read")
async def list_teams(call: Call) -> list[Team]:
    """List teams with their members, by name."""
    return await teams.list_all(call.conn)


@operation("GET", "/teams/{team_id}", tag="teams", roles=SUPERVISOR, via="read")
async def find_team(call: Call, team_id: int) -> Team:
    """Read one team."""
    return await teams.find(call.conn, team_id)


@operation("POST", "/teams", tag="teams", roles=ADMIN, via="transaction", status=201)
async def create_team(call: Call, body: NewTeam) -> Team:
    """Make a team."""
    return await teams.create(
        call.conn,
        await call.clock(),
        name=body.name.strip(),
        lead_id=body.lead_id,
        restricted=body.restricted,
        actor=call.actor.reference,
    )


@operation("PATCH", "/teams/{team_id}", tag="teams", roles=ADMIN, via="transaction")
async def change_team(call: Call, team_id: int, body: TeamChange) -> Team:
    """Edit a team. ``restricted`` holds at once, also for what is open on a screen."""
    before = await teams.lock(call.conn, team_id)
    call.check_version(before.version)
    now = await call.clock()
    return await teams.change(
        call.conn, now, before, edited(before, body), actor=call.actor.reference
    )


@operation(
    "PUT",
    "/teams/{team_id}/members/{user_id}",
    tag="teams",
    roles=ADMIN,
    via="transaction",
    versioned=False,
)
async def add_team_member(call: Call, team_id: int, user_id: int) -> Team:
    """Make a person a member: he may read every ticket the team holds or held."""
    now = await call.clock()
    return await teams.add_member(call.conn, now, team_id, user_id, actor=call.actor.reference)


@operation("DELETE", "/teams/{team_id}/members/{user_id}", tag="teams", roles=ADMIN, via="dispatch")
async def remove_team_member(call: Call, team_id: int, user_id: int) -> Team:
    """Take a person out of a team. Whoever leads it or serves its queues is refused, 409."""
    return await teams.remove_member(
        call.conn, call.now, team_id, user_id, actor=call.actor.reference
    )
