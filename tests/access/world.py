"""A house with three teams, ours, theirs and a restricted one, and something of each to ask for."""

import itertools
import secrets
from datetime import date
from typing import Any, Final, Literal

import factories
import recorded_calls
from access_table import PROPOSED_DAY, WAV
from house import HASHED, PASSWORD, Caller, House

from contactcenter import blobs, merges
from contactcenter.db import Conn
from contactcenter.dispatch import holding
from contactcenter.outbound import opt_outs

Kind = Literal["own", "foreign", "restricted", "missing"]
KINDS: Final[tuple[Kind, ...]] = ("own", "foreign", "restricted", "missing")
#: Nothing has this id, and no sequence comes near it.
NOTHING: Final = 777_000_777

_numbers = itertools.count(1)


class Who:
    """Somebody the matrix lets call: what he is, and how he comes in."""

    def __init__(
        self,
        name: str,
        caller: Caller,
        *,
        role: str = "",
        team: Kind = "own",
        scopes: tuple[str, ...] | None = None,
        is_known: bool = True,
        is_newcomer: bool = False,
    ) -> None:
        self.name = name
        self.call = caller
        self.role = role
        self.team = team
        #: None in a session, which may all that the role may.
        self.scopes = scopes
        self.is_known = is_known
        self.is_newcomer = is_newcomer


#: What belongs to a ticket, or names one.
_WITH_TICKET = {
    "ticket_id",
    "interaction_id",
    "attachment_id",
    "contact_id",
    "merge_id",
    "quarantine_id",
    "feedback_id",
    "follow_up_id",
    "call_id",
    "callback_id",
    "recording_id",
}


class World:
    """People and teams, made once; things are made for the call that may change them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.password = PASSWORD
        self.ids: dict[str, Any] = {}
        self.shared: dict[tuple[Any, ...], dict[str, Any]] = {}
        house.run(self._build)
        self.own_entry_point = self._entry_point["own"]
        self.side_queue, self.upper_queue = self._queue["side"], self._queue["upper"]
        self.own_team = self._team["own"]
        self.credentials = {"email": "enters@desk.test", "password": PASSWORD}
        self.callers = list(self._callers())

    @property
    def email(self) -> str:
        """A new address, or any new name."""
        return f"new{next(_numbers)}@desk.test"

    @property
    def phone(self) -> str:
        return f"+9831{next(_numbers):08}"

    @property
    def word(self) -> str:
        return "".join(secrets.choice("abcdefgh") for _ in range(12))

    @property
    def product(self) -> str:
        """Something with a price."""
        product = self.word
        self.house.run(lambda conn: factories.price_band(conn, product=product))
        return product

    @property
    def tag(self) -> str:
        """A new service tag."""
        return f"Z{next(_numbers):06}"

    def new_asset(self, owner_id: int | None) -> str:
        """A new machine of somebody's; its service tag."""
        tag = self.tag

        async def make(conn: Conn) -> None:
            now = await conn.fetchval("SELECT clock_timestamp()")
            await factories.asset(conn, now, owner_id, service_tag=tag)

        self.house.run(make)
        return tag

    def new_contact(self) -> int:
        return self.house.run(factories.contact)

    def things(self, names: list[str], kind: Kind, *, owner_id: int) -> dict[str, Any]:
        """New things for the parameters of a path; together with what belongs to them."""
        if kind == "missing":
            return {
                name: "nothing_at_all" if name in {"code", "name"} else NOTHING for name in names
            }
        self.ids = self.house.run(lambda conn: self._made(conn, names, kind, owner_id))
        return self.ids

    async def _build(self, conn: Conn) -> None:
        now = await conn.fetchval("SELECT clock_timestamp()")
        self._team: dict[str, int] = {}
        self._queue: dict[str, int] = {}
        self._holder: dict[str, int] = {}
        self._entry_point: dict[str, int] = {}
        for kind in KINDS[:3]:
            team_id = await factories.team(conn, name=kind, restricted=kind == "restricted")
            self._team[kind] = team_id
            self._queue[kind] = await factories.queue(conn, name=kind, team_id=team_id)
            self._holder[kind] = await self._agent(conn, now, team_id)
            self._entry_point[kind] = await factories.entry_point(conn, queue_id=self._queue[kind])
        own = self._team["own"]
        self._queue["side"] = await factories.queue(conn, name="side", team_id=own)
        self._queue["upper"] = await factories.queue(conn, name="upper", team_id=own, tier=2)
        self.mate = await self._agent(conn, now, own)
        for kind, role in (
            ("agent", "agent"),
            ("supervisor", "supervisor"),
            ("admin", "admin"),
            ("enters", "agent"),
            ("gone", "admin"),
            ("newcomer", "admin"),
        ):
            teams = [] if role == "admin" else [own]
            self._holder[kind] = await factories.agent(
                conn, now, role=role, teams=teams, presence="offline", capacity=1000
            )
        await conn.execute("UPDATE user_account SET password_hash = $1", HASHED)
        await conn.execute(
            "UPDATE user_account SET email = 'enters@desk.test' WHERE id = $1",
            self._holder["enters"],
        )
        await conn.execute(
            "UPDATE user_account SET must_change_password = true WHERE id = $1",
            self._holder["newcomer"],
        )

    async def _agent(self, conn: Conn, now: Any, team_id: int) -> int:
        return await factories.agent(conn, now, teams=[team_id], presence="offline", capacity=1000)

    def _callers(self) -> Any:
        house, ids = self.house, self._holder

        def session(name: str, role: str, team: Kind = "own", **more: Any) -> Who:
            return Who(name, house.session(ids[name], name), role=role, team=team, **more)

        def token(name: str, role: str, *scopes: str) -> Who:
            caller = house.token(ids[name], *scopes)
            return Who(f"{name}'s token {scopes}", caller, role=role, scopes=scopes)

        yield Who("nobody", house.caller({}), is_known=False)
        yield Who("wrong token", house.caller({"Authorization": "Bearer cc_x"}), is_known=False)
        yield Who(
            "wrong cookie",
            house.caller({"Cookie": "contactcenter_session=x", "X-CSRF-Token": "x"}),
            is_known=False,
        )
        gone = [house.session(ids["gone"]), house.token(ids["gone"], "read", "write", "admin")]
        house.value("UPDATE user_account SET disabled_at = now() WHERE id = $1", ids["gone"])
        yield Who("disabled, in a session", gone[0], is_known=False)
        yield Who("disabled, with a token", gone[1], is_known=False)
        yield session("newcomer", "admin", is_newcomer=True)
        yield session("agent", "agent")
        yield session("own", "agent")
        yield session("foreign", "agent", "foreign")
        yield session("supervisor", "supervisor")
        yield session("admin", "admin")
        yield token("own", "agent", "read")
        yield token("own", "agent", "write")
        yield token("own", "agent", "admin")
        yield token("supervisor", "supervisor", "read", "write")
        yield token("admin", "admin", "read")
        yield token("admin", "admin", "write")
        yield token("admin", "admin", "admin")

    async def _made(
        self, conn: Conn, names: list[str], kind: Kind, owner_id: int
    ) -> dict[str, Any]:
        now = await conn.fetchval("SELECT clock_timestamp()")
        team_id, queue_id = self._team[kind], self._queue[kind]
        made: dict[str, Any] = {"kind": kind}
        if _WITH_TICKET & set(names):
            contact_id = made["contact_id"] = await factories.contact(conn)
            made["identity_id"] = await factories.identity(
                conn, contact_id, kind="email", value=self.email
            )
            ticket = await factories.queued_ticket(
                conn,
                now,
                queue_id=queue_id,
                contact_id=contact_id,
                entry_point_id=self._entry_point[kind],
            )
            made["ticket_id"] = ticket.id
            holder = self._holder[kind]
            await holding.give_to(
                conn, now, ticket.id, holder, actor=f"user:{holder}", note_id=None
            )
            made["interaction_id"] = await factories.interaction(
                conn,
                now,
                ticket_id=ticket.id,
                direction="outbound",
                author_id=holder,
                state="failed",
            )
            await conn.execute(
                "UPDATE interaction SET entry_point_id = $2, channel = 'sms' WHERE id = $1",
                made["interaction_id"],
                self._entry_point[kind],
            )
            visitor_id = await factories.chat_browser(conn, now, contact_id, queue_id=queue_id)
            await factories.chat_message(conn, now, visitor_id, ticket_id=ticket.id, by_id=holder)
        makers = {
            "interaction_id": self._mail,
            "call_id": self._call,
            "recording_id": self._recording,
            "participant_id": self._participant,
            "transfer_id": self._transfer,
            "callback_id": self._callback,
            "attachment_id": self._attachment,
            "merge_id": self._merge,
            "opt_out_id": self._opt_out,
            "segment_id": self._segment,
            "segment_kind": self._segment_kind,
            "segment_rule": self._segment_rule,
            "audience_id": self._audience,
            "service_tag": self._service_tag,
            "entitlement_id": self._entitlement,
            "behaviour_kind": self._behaviour_kind,
            "source": self._source,
            "contact_attribute": self._contact_attribute,
            "reply_id": self._reply,
            "menu_id": self._menu,
            "prompt_id": self._prompt,
            "user_id": self._user,
            "agent_id": self._user,
            "team_id": self._new_team,
            "queue_id": self._new_queue,
            "entry_point_id": self._new_entry_point,
            "calendar_id": self._calendar,
            "day": self._day,
            "category_id": self._category,
            "code": self._disposition,
            "name": self._secret_name,
            "report": self._report,
            "quarantine_id": self._quarantine,
            "token_id": self._token,
            "feedback_id": self._feedback,
            "follow_up_id": self._follow_up,
            "price_band_id": self._price_band,
            "notice_id": self._notice,
            "alert_rule_id": self._alert_rule,
            "version": self._version,
        }
        for name in names:
            if name in makers:
                made[name] = await makers[name](conn, made, team_id, owner_id)
        if "team_id" in made and "user_id" in made:
            await factories.join_teams(conn, made["user_id"], made["team_id"])
        if "team_id" in made and "queue_id" in made:
            await factories.team_queue(conn, made["team_id"], made["queue_id"])
        if "queue_id" in made and "agent_id" in made:
            await factories.join_queue(conn, made["agent_id"], made["queue_id"])
        return made

    async def _report(self, _conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return "work"

    async def _mail(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        """The interaction is a mail of ours that can be sent again, and has an original."""
        entry_point_id = await factories.entry_point(
            conn,
            queue_id=await conn.fetchval("SELECT min(id) FROM queue"),
            channel="email",
            address=self.email,
        )
        await conn.execute(
            "UPDATE interaction SET channel = 'email', entry_point_id = $2, identity_id = $3"
            " WHERE id = $1",
            made["interaction_id"],
            entry_point_id,
            made["identity_id"],
        )
        await conn.execute(
            "INSERT INTO mail (interaction_id, kind, html, whole_text)"
            " VALUES ($1, 'person', '<p>Hello</p>', 'Hello')",
            made["interaction_id"],
        )
        await conn.execute(
            """WITH kept AS (
                 INSERT INTO delivery (received_at, channel, content_type, body)
                 SELECT received_at, 'email', 'message/rfc822', 'Subject: Hello'
                 FROM interaction WHERE id = $1 RETURNING id)
               UPDATE interaction SET delivery_id = kept.id FROM kept WHERE interaction.id = $1""",
            made["interaction_id"],
        )
        return int(made["interaction_id"])

    async def _call(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        """It is over, and was about the ticket."""
        return await conn.fetchval(
            "INSERT INTO call (entry_point_id, direction, address_kind, address, contact_id, ticket_id,"
            " state, outcome, began_at, ended_at)"
            " VALUES ($1, 'inbound', 'phone', '+442071838750', $2, $3, 'ended', 'answered', now(), now())"
            " RETURNING id",
            self._entry_point[made["kind"]],
            made["contact_id"],
            made["ticket_id"],
        )

    async def _recording(self, conn: Conn, made: Any, team: int, owner: int) -> int:
        made["call_id"] = await self._call(conn, made, team, owner)
        now = await conn.fetchval("SELECT clock_timestamp()")
        recorded = await recorded_calls.fetched(conn, now, made["call_id"], b"RIFF")
        return recorded.id

    async def _participant(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        return await conn.fetchval(
            "INSERT INTO call_leg (call_id, party, address, purpose, state, began_at, ended_at)"
            " VALUES ($1, 'number', '+442071838750', 'transfer', 'ended', now(), now()) RETURNING id",
            made["call_id"],
        )

    async def _transfer(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        return await conn.fetchval(
            "INSERT INTO call_transfer (call_id, ticket_id, is_warm, from_agent_id, to_number, state,"
            " began_at, ended_at) VALUES ($1, $2, true, $3, '+442071838750', 'completed', now(), now())"
            " RETURNING id",
            made["call_id"],
            made["ticket_id"],
            self._holder[made["kind"]],
        )

    async def _callback(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        return await conn.fetchval(
            "INSERT INTO callback (ticket_id, entry_point_id, address, asked_at, due_at)"
            " VALUES ($1, $2, '+442071838750', now(), now()) RETURNING id",
            made["ticket_id"],
            self._entry_point[made["kind"]],
        )

    async def _attachment(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        await conn.execute(
            "INSERT INTO blob (sha256, size_bytes) VALUES (sha256('file'), 4) ON CONFLICT DO NOTHING"
        )
        await conn.execute(
            "INSERT INTO blob_chunk (sha256, position, bytes) VALUES (sha256('file'), 0, 'file')"
            " ON CONFLICT DO NOTHING"
        )
        return await conn.fetchval(
            "INSERT INTO attachment (interaction_id, content_type, size_bytes, sha256)"
            " VALUES ($1, 'text/plain', 4, sha256('file')) RETURNING id",
            made["interaction_id"],
        )

    async def _merge(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        now = await conn.fetchval("SELECT clock_timestamp()")
        other_id = await factories.contact(conn)
        merge = await merges.merge(
            conn, now, made["contact_id"], other_id, actor="user:1", must_read_as=None
        )
        return merge.id

    async def _opt_out(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        now = await conn.fetchval("SELECT clock_timestamp()")
        identity_id = await conn.fetchval(
            "SELECT id FROM identity WHERE contact_id = $1 AND kind = 'phone'", made["contact_id"]
        )
        await opt_outs.withdraw(
            conn, now, identity_id, "sms", "+982100000000", source="staff", actor="user:1"
        )
        found = await opt_outs.of_contact(conn, made["contact_id"])
        return found[0].id

    async def _segment(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        now = await conn.fetchval("SELECT clock_timestamp()")
        return await factories.segment(conn, now, made["contact_id"], "contract", "gold")

    async def _service_tag(self, conn: Conn, made: Any, _team: int, _owner: int) -> str:
        """Of the ticket's contact, and the ticket is about it, where there is one."""
        now = await conn.fetchval("SELECT clock_timestamp()")
        tag = self.tag
        asset_id = await factories.asset(conn, now, made.get("contact_id"), service_tag=tag)
        if "ticket_id" in made:
            await conn.execute(
                "INSERT INTO ticket_asset (ticket_id, asset_id, source, at, actor)"
                " VALUES ($1, $2, 'agent', $3, 'system')",
                made["ticket_id"],
                asset_id,
                now,
            )
        return tag

    async def _entitlement(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        now = await conn.fetchval("SELECT clock_timestamp()")
        contact_id = await factories.contact(conn)
        return await factories.entitlement(conn, now, "on_site", contact_id=contact_id)

    async def _segment_kind(self, conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return await conn.fetchval(
            "INSERT INTO segment_kind (kind, name_en, name_fa, free) VALUES ($1, 'x', 'x', true)"
            " RETURNING kind",
            self.word,
        )

    async def _segment_rule(self, conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return await factories.segment_rule(conn, self.word, {"age": 18})

    async def _audience(self, conn: Conn, made: Any, team: int, owner: int) -> int:
        key = await self._segment_rule(conn, made, team, owner)
        return await conn.fetchval(
            "INSERT INTO segment_audience (rule_key, rule_version, condition, name, channel, size,"
            " opted_out, unreachable, taken_at, actor)"
            " VALUES ($1, 1, $2, 'x', 'sms', 0, 0, 0, now(), 'user:1') RETURNING id",
            key,
            {},
        )

    async def _contact_attribute(self, conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return await conn.fetchval(
            "INSERT INTO contact_attribute (key, name_en, name_fa, type)"
            " VALUES ($1, 'x', 'x', 'text') RETURNING key",
            self.word,
        )

    async def _source(self, _conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return "shop"

    async def _behaviour_kind(self, conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return await conn.fetchval(
            "INSERT INTO behaviour_kind (kind, name_en, name_fa) VALUES ($1, 'x', 'x')"
            " RETURNING kind",
            self.word,
        )

    async def _reply(self, conn: Conn, _made: Any, team_id: int, _owner: int) -> int:
        return await conn.fetchval(
            "INSERT INTO saved_reply (title, language, body, team_id)"
            " VALUES ('Hi', 'en', 'Hello', $1) RETURNING id",
            team_id,
        )

    async def _menu(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        tree = {"start": "agent", "nodes": {}}
        return await conn.fetchval(
            "INSERT INTO phone_menu (name, tree) VALUES ($1, $2) RETURNING id", self.email, tree
        )

    async def _prompt(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        sha256 = await blobs.store(conn, WAV)
        return await conn.fetchval(
            "INSERT INTO phone_prompt (name, language, sha256, content_type, size_bytes, token)"
            " VALUES ('p' || (random() * 1e9)::int, 'en', $1, 'audio/wav', $2,"
            " repeat(md5(random()::text), 2)) RETURNING id",
            sha256,
            len(WAV),
        )

    async def _user(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        now = await conn.fetchval("SELECT clock_timestamp()")
        return await factories.agent(conn, now, presence="offline")

    async def _new_team(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        return await factories.team(conn, name=self.email)

    async def _new_queue(self, conn: Conn, _made: Any, team_id: int, _owner: int) -> int:
        return await factories.queue(conn, name=self.email, team_id=team_id)

    async def _new_entry_point(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        return await factories.entry_point(conn, queue_id=self._queue["own"], address=self.phone)

    async def _calendar(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        calendar_id = await factories.calendar(conn, name=self.email)
        await conn.execute(
            "INSERT INTO proposed_holiday (calendar_id, day, name_en, name_fa, country, certainty,"
            " proposed_at) VALUES ($1, $2, 'Nowruz', 'نوروز', 'IR', 'fixed', now())",
            calendar_id,
            date.fromisoformat(PROPOSED_DAY),
        )
        return calendar_id

    async def _day(self, _conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return PROPOSED_DAY

    async def _category(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        return await conn.fetchval(
            "INSERT INTO category (name_en, name_fa) VALUES ($1, 'گرما') RETURNING id", self.email
        )

    async def _disposition(self, conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return await conn.fetchval(
            "INSERT INTO disposition (code, name_en, name_fa) VALUES ($1, 'x', 'x') RETURNING code",
            self.word,
        )

    async def _secret_name(self, _conn: Conn, _made: Any, _team: int, _owner: int) -> str:
        return "twilio_auth_tokens"

    async def _quarantine(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        return await conn.fetchval(
            "INSERT INTO quarantine (channel, purpose, reason, detail, content_type, body,"
            " body_sha256, ticket_id, received_at) VALUES ('sms', 'message', 'unreadable',"
            " 'From is missing', 'application/x-www-form-urlencoded', $1, sha256($1), $2, now())"
            " RETURNING id",
            self.email.encode(),
            made["ticket_id"],
        )

    async def _feedback(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        return await factories.feedback(
            conn, ticket_id=made["ticket_id"], owner_id=self._holder[made["kind"]]
        )

    async def _follow_up(self, conn: Conn, made: Any, _team: int, _owner: int) -> int:
        return await factories.follow_up(
            conn, ticket_id=made["ticket_id"], agent_id=self._holder[made["kind"]]
        )

    async def _price_band(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        return await factories.price_band(conn, product=self.word)

    async def _alert_rule(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        return await conn.fetchval(
            "INSERT INTO alert_rule (name, measure, direction, threshold, clears_at, for_s, emails, language, is_on,"
            " created_at) SELECT 'rule ' || count(*), 'waiting', 'above', 9, 9, 0, '{}', 'en', true, now()"
            " FROM alert_rule RETURNING id"
        )

    async def _notice(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        return await factories.notice(conn, entry_point_id=self._entry_point["own"])

    async def _version(self, conn: Conn, _made: Any, _team: int, _owner: int) -> int:
        return await factories.configured(conn)

    @property
    def configuration(self) -> int:
        """The version in force."""
        return self.house.value("SELECT coalesce(max(version), 0) FROM configuration_version")

    async def _token(self, conn: Conn, _made: Any, _team: int, owner_id: int) -> int:
        return await conn.fetchval(
            "INSERT INTO api_token (token_sha256, user_id, name, scopes)"
            " VALUES (sha256($1), $2, 'p', '{read}') RETURNING id",
            self.email.encode(),
            owner_id,
        )
