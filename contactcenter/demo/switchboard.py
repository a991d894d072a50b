"""The company's telephones: two queues of their own, a menu in each language, and its prompts.

No provider has a voice for Persian, so what Persian callers hear is recorded: here it is silence.
"""

from typing import Any, Final

from contactcenter.demo.caller import Caller
from contactcenter.demo.company import NAME, NUMBERS, Company
from contactcenter.demo.stories_phone import MESSAGE, TALK
from contactcenter.fakes.twilio_voice_recordings import sound

_ENGLISH: Final = "If you want to talk with somebody, press 1. To leave a message, press 2."
#: What Persian callers of the demo may come to hear, by the names of the sentences.
_RECORDED: Final = ("main", "sorry", "goodbye", "not_understood", "voicemail")
#: Nobody is busy for long after a call of a demo.
_WRAP_UP_S: Final = 5


async def connect(address: str, company: Company) -> None:
    """Make the queues and menus over the API, and connect our numbers to them."""
    async with Caller(address) as caller:
        await caller.sign_in(company.admin.email, company.admin.password)
        team = {"name": "Telephone", "lead_id": company.supervisor.id}
        team_id = (await caller.post("/teams", team))["id"]
        above = await _queue(caller, company, "Telephone specialists", team_id, tier=2)
        first = await _queue(
            caller, company, "Telephone", team_id, tier=1, escalate_to_id=above["id"]
        )
        for name in _RECORDED:
            path = f"/prompt_sounds?name={name}&language=fa"
            await caller.upload(path, sound(1, is_mp3=False), "audio/wav")
        for language, prompt in (("en", _ENGLISH), ("fa", {"prompt": "main"})):
            await _number(caller, language, prompt, first["id"])


async def _queue(caller: Caller, company: Company, name: str, team_id: int, **given: Any) -> Any:
    new = {"name": name, "team_id": team_id, "wrap_up_s": _WRAP_UP_S, **given}
    queue = await caller.post("/queues", new)
    for agent in company.agents:
        if agent.telephone and agent.tier == queue["tier"]:
            await caller.send("PUT", f"/queues/{queue['id']}/members/{agent.id}", {})
    return queue


async def _number(caller: Caller, language: str, prompt: Any, queue_id: int) -> None:
    main = {
        "kind": "menu",
        "prompt": {language: prompt},
        "options": {TALK: "talk", MESSAGE: "voicemail"},
    }
    tree = {
        "start": "main",
        "languages": [language],
        "nodes": {"main": main, "talk": {"kind": "queue"}},
    }
    menu = await caller.post("/phone_menus", {"name": f"{NAME} ({language})", "tree": tree})
    number = {
        "channel": "phone",
        "address": NUMBERS[language],
        "name": f"{NAME} ({language})",
        "queue_id": queue_id,
        "language": language,
        "phone_menu_id": menu["id"],
    }
    await caller.post("/entry_points", number)
