"""What every operation takes, found in its types: where text goes, and a body that is taken.

A field that is added tomorrow is tried tomorrow, without a line here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from access_table import TABLE, Line
from house import Response
from msgspec import inspect
from world import Who, World

from contactcenter import api
from contactcenter.api.operation import PREFIX
from routing.calendars import WEEKDAYS

#: A step into a list is a number, one to the names or values of an object is one of these.
KEY, VALUE, ANY = "*key", "*value", "*any"
Path = tuple[str | int, ...]

OPERATIONS: Final = api.operations()
WITH_BODY: Final = [o for o in OPERATIONS if o.inputs.body and not o.inputs.body.is_raw]
#: Where If-Match comes from, by the parameter of the path that names what is changed.
VERSIONS: Final = {
    "ticket_id": "ticket",
    "contact_id": "contact",
    "user_id": "user_account",
    "agent_id": "agent",
    "team_id": "team",
    "queue_id": "queue",
    "entry_point_id": "entry_point",
    "calendar_id": "calendar",
    "category_id": "category",
    "reply_id": "saved_reply",
    "menu_id": "phone_menu",
    "prompt_id": "phone_prompt",
    "segment_kind": "segment_kind",
    "segment_rule": "segment_rule",
    "service_tag": "asset",
    "behaviour_kind": "behaviour_kind",
    "price_band_id": "price_band",
    "contact_attribute": "contact_attribute",
    "alert_rule_id": "alert_rule",
}
#: What a table's rows are named by, where it is no id.
KEYS: Final = {
    "segment_rule": "key",
    "segment_kind": "kind",
    "behaviour_kind": "kind",
    "contact_attribute": "key",
    "asset": "service_tag",
}
#: What stands beside a text, where it could not be taken alone.
BESIDE: Final[Mapping[tuple[str, Path], Any]] = {
    ("create_contact", ("identities", 0)): {"kind": "email"},
    ("replace_entitlement_terms", (0,)): {
        "segment_kind": "contract",
        "segment_value": "gold",
        "kind": "on_site",
    },
    ("replace_entry_rules", (0,)): {"condition": {"channel": "sms"}, "queue_id": 1},
    ("replace_segment_policies", (0,)): {"key": "calm", "guidance_en": "x", "guidance_fa": "x"},
    **{
        (name, ("exceptions", 0)): {"day": "2026-03-21", "name_en": "Nowruz", "name_fa": "نوروز"}
        for name in ("create_calendar", "replace_calendar")
    },
    **{
        (name, (*place, 0)): {"opens": "08:00", "closes": "17:00"}
        for name in ("create_calendar", "replace_calendar")
        for place in (
            ("exceptions", 0, "hours"),
            *(("week", day) for day in WEEKDAYS),
        )
    },
    ("confirm_holidays", ("holidays", 0, "hours", 0)): {"opens": "08:00", "closes": "17:00"},
}


def line_of(operation: Any) -> Line:
    return TABLE[f"{operation.method} {operation.path.removeprefix(PREFIX)}"]


def actor_of(world: World, operation: Any) -> Who:
    """Whoever may do it to a thing of his own team."""
    wanted = {"admin": "admin", "supervisor": "supervisor"}.get(line_of(operation).role, "own")
    return next(who for who in world.callers if who.name == wanted)


def texts_of(operation: Any) -> list[Path]:
    """Where in the body there is text that the client chooses freely."""
    return list(_texts(inspect.type_info(operation.inputs.body.type), ()))


def _texts(kind: Any, path: Path) -> Iterator[Path]:
    match kind:
        case inspect.Metadata():
            yield from _texts(kind.type, path)
        case inspect.StrType():
            yield path
        case inspect.AnyType():
            yield (*path, ANY)
        case inspect.UnionType():
            for part in kind.types:
                yield from _texts(part, path)
        case inspect.StructType():
            for field in kind.fields:
                yield from _texts(field.type, (*path, field.encode_name))
        case inspect.DictType():
            yield from _texts(kind.key_type, (*path, KEY))
            yield from _texts(kind.value_type, (*path, VALUE))
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            yield from _texts(kind.item_type, (*path, 0))


def with_text(operation: Any, body: Any, path: Path, text: str) -> Any:
    """The body with this text in this place."""
    return _put(operation.name, body, path, text, ())


def _put(name: str, value: Any, path: Path, text: str, done: Path) -> Any:
    if not path:
        return text
    step, rest = path[0], path[1:]
    beside = BESIDE.get((name, (*done, step)), None)
    if step == KEY:
        return {text: "x"}
    if step in {VALUE, ANY}:
        return {"keyword": text}
    if step == 0:
        first = value[0] if value else beside
        return [_put(name, first, rest, text, (*done, 0))]
    old = dict(value or {})
    old[step] = _put(name, old.get(step), rest, text, (*done, step))
    return old


class Calls:
    """Calls of one operation, each on things of its own where it changes them."""

    def __init__(self, world: World, operation: Any) -> None:
        self.world = world
        self.operation = operation
        self.line = line_of(operation)
        self.who = actor_of(world, operation)
        self.things: dict[str, Any] = {}

    def renew(self) -> None:
        """New things for the next call."""
        names = [p.name for p in self.operation.inputs.path]
        self.things = self.world.things(names, "own", owner_id=self.who.call.id)

    def body(self) -> Any:
        """A body that is taken."""
        self.world.ids = self.things
        return None if self.line.body is None else self.line.body(self.world)

    @property
    def path(self) -> str:
        return self.operation.path.format(**self.things)

    def send(
        self,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> Response:
        target = self.path + (f"?{query}" if query else "")
        caller = self.who.call
        if self.line.ends_session and self.line.role != "nobody":
            caller = self.world.house.session(self.world.mate)
        return caller(self.operation.method, target, body=body, headers=headers)

    def etag(self) -> str:
        """The version a change is based on."""
        if "/configuration" in self.operation.path:
            return f'"{self.world.configuration}"'
        if "/value_setting" in self.operation.path:
            return f'"{self.world.house.value("SELECT version FROM value_setting")}"'
        table = VERSIONS.get(next(iter(self._named()), ""))
        if table is None:
            return self.who.call("GET", self.operation.path).headers["etag"]
        number = self.world.house.value(
            f"SELECT version FROM {table} WHERE {KEYS.get(table, 'id')} = $1",
            next(iter(self._named().values())),
        )
        return f'"{number}"'

    def _named(self) -> dict[str, Any]:
        return {p.name: self.things[p.name] for p in self.operation.inputs.path}
