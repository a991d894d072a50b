"""Teams: who works together, who leads, and whose tickets others may not read."""

from msgspec import UNSET, Struct, UnsetType

from contactcenter.activation.recording import recorded
from contactcenter.administration import teams
from contactcenter.administration.teams import Team
from contactcenter.api.inputs import Id, Line
from contactcenter.api.operation import ADMIN, SUPERVISOR, Call, operation
from contactcenter.api.partial import edited


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


@operation("POST", "/teams", tag="teams", roles=ADMIN, via="dispatch", status=201)
async def create_team(call: Call, body: NewTeam) -> Team:
    """Make a team."""
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await teams.create(
            call.conn,
            call.now,
            name=body.name.strip(),
            lead_id=body.lead_id,
            restricted=body.restricted,
            actor=call.actor.reference,
        )


@operation("PATCH", "/teams/{team_id}", tag="teams", roles=ADMIN, via="dispatch")
async def change_team(call: Call, team_id: int, body: TeamChange) -> Team:
    """Edit a team. ``restricted`` holds at once, also for what is open on a screen."""
    before = await teams.lock(call.conn, team_id)
    call.check_version(before.version)
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await teams.change(
            call.conn, call.now, before, edited(before, body), actor=call.actor.reference
        )


@operation(
    "PUT",
    "/teams/{team_id}/members/{user_id}",
    tag="teams",
    roles=ADMIN,
    via="dispatch",
    versioned=False,
)
async def add_team_member(call: Call, team_id: int, user_id: int) -> Team:
    """Make a person a member: he may read every ticket the team holds or held.

    He serves the queues that the team serves, if he meets what they require.
    """
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await teams.add_member(
            call.conn, call.now, team_id, user_id, actor=call.actor.reference
        )


@operation("DELETE", "/teams/{team_id}/members/{user_id}", tag="teams", roles=ADMIN, via="dispatch")
async def remove_team_member(call: Call, team_id: int, user_id: int) -> Team:
    """Take a person out of a team. Whoever leads it or serves its queues is refused, 409."""
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        return await teams.remove_member(
            call.conn, call.now, team_id, user_id, actor=call.actor.reference
        )
