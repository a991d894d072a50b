"""How the house writes its service tags."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.administration import service_tag_formats
from contactcenter.administration.service_tag_formats import TagFormat, TagFormats
from contactcenter.api.operation import ADMIN, AGENT, Call, operation


class NewTagFormat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mask of 4 to 24 characters: `?` for a letter or a digit, `@` for a letter, `#` for a digit.

    A capital or a digit stands for itself.

    A ``mixed`` tag has at least one letter and one digit, so that no word and no number is one.
    """

    mask: Annotated[str, Meta(min_length=4, max_length=24)]
    mixed: bool = False


@operation("GET", "/service_tag_formats", tag="assets", roles=AGENT, via="read")
async def list_service_tag_formats(call: Call) -> TagFormats:
    """Read how service tags are written."""
    return await service_tag_formats.read(call.conn)


@operation("PUT", "/service_tag_formats", tag="assets", roles=ADMIN, via="transaction")
async def replace_service_tag_formats(
    call: Call, body: Annotated[list[NewTagFormat], Meta(min_length=1, max_length=20)]
) -> TagFormats:
    """Make these all formats there are; machines keep the tags they have."""
    wanted = [TagFormat(mask=one.mask, mixed=one.mixed) for one in body]
    return await service_tag_formats.replace(
        call.conn,
        await call.clock(),
        wanted,
        version=call.version,
        actor=call.actor.reference,
    )
