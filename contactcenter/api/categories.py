"""Categories: what problems are about, as a tree in both languages."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType

from contactcenter.administration import categories
from contactcenter.administration.categories import Category
from contactcenter.api.inputs import Id, Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.partial import edited


class CategoryNode(Struct, frozen=True, kw_only=True):
    """A category with what lies below it."""

    id: int
    name_en: str
    name_fa: str
    version: int
    archived: bool
    children: list["CategoryNode"]


class CategoryQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``archived``, also those that are chosen no more."""

    archived: bool = False


class NewCategory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category below another, or at the top."""

    name_en: Line
    name_fa: Line
    parent_id: Id | None = None


class CategoryChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. A ``parent_id`` of null is the top."""

    name_en: Line | UnsetType = UNSET
    name_fa: Line | UnsetType = UNSET
    parent_id: Id | UnsetType | None = UNSET


@operation("GET", "/categories", tag="categories", roles=AGENT, via="read")
async def list_categories(call: Call, query: CategoryQuery) -> list[CategoryNode]:
    """Read the tree."""
    return _tree(await categories.list_all(call.conn, archived=query.archived))


@operation("GET", "/categories/{category_id}", tag="categories", roles=AGENT, via="read")
async def find_category(call: Call, category_id: int) -> Category:
    """Read one category."""
    return await categories.find(call.conn, category_id)


@operation("POST", "/categories", tag="categories", roles=ADMIN, via="transaction", status=201)
async def create_category(call: Call, body: NewCategory) -> Category:
    """Add a category."""
    return await categories.create(
        call.conn,
        await call.clock(),
        parent_id=body.parent_id,
        name_en=body.name_en.strip(),
        name_fa=body.name_fa.strip(),
        actor=call.actor.reference,
    )


@operation("PATCH", "/categories/{category_id}", tag="categories", roles=ADMIN, via="transaction")
async def change_category(call: Call, category_id: int, body: CategoryChange) -> Category:
    """Rename a category or move it, and what lies below, to another place in the tree."""
    before = await categories.lock(call.conn, category_id)
    call.check_version(before.version)
    now = await call.clock()
    return await categories.change(
        call.conn, now, before, edited(before, body), actor=call.actor.reference
    )


@operation("DELETE", "/categories/{category_id}", tag="categories", roles=ADMIN, via="transaction")
async def archive_category(call: Call, category_id: int) -> Category:
    """Archive a category: it stays on its tickets and is chosen no more.

    One with categories below it is refused, 409 ``has_subcategories``.
    """
    now = await call.clock()
    return await categories.archive(call.conn, now, category_id, actor=call.actor.reference)


def _tree(known: Iterable[Category]) -> list[CategoryNode]:
    below: dict[int | None, list[Category]] = defaultdict(list)
    for category in known:
        below[category.parent_id].append(category)

    def nodes(parent_id: int | None) -> list[CategoryNode]:
        return [
            CategoryNode(
                id=category.id,
                name_en=category.name_en,
                name_fa=category.name_fa,
                version=category.version,
                archived=category.archived_at is not None,
                children=nodes(category.id),
            )
            for category in below[parent_id]
        ]

    return nodes(None)
