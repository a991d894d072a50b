"""A caller who asks to be called back: an agent is asked in his turn, then he is dialled."""

import phone_house
import pytest
from phone_house import ANN, SARA

from contactcenter.fakes.twilio_voice_people import Caller, Phone, Reply, accepts

pytestmark = pytest.mark.slow

_ASKS = Caller(replies=(Reply(press="1", hears="call you back"),))


async def test_who_asked_for_it_is_called_back_and_it_is_measured_like_any_call(
    bare_dsn: str,
) -> None:
    async with phone_house.opened(bare_dsn) as house:
        ann = await house.agent("Ann", ANN, tiers=(1,))
        await ann.post("/presence", {"presence": "away", "reason": "lunch"})
        house.voice.phone(ANN, accepts())
        house.voice.phone(SARA, Phone(answers_after_s=4.0, hangs_up_after_s=60))
        await house.rings(SARA, _ASKS)
        await house.passes(90)
        asked = await house.row("SELECT outcome, ticket_id FROM call")
        assert asked["outcome"] == "callback"

        await ann.post("/presence", {"presence": "available"})
        await house.passes(120)

        kept = await house.row(
            "SELECT outcome, ticket_id, interaction_id, account FROM call WHERE callback_id > 0"
        )
        assert (kept["outcome"], kept["ticket_id"]) == ("answered", asked["ticket_id"])
        assert kept["interaction_id"] is not None, "it stands on the timeline"
        assert kept["account"]["agents"] == {
            str(ann.id): {"talk_s": 60, "hold_s": 0, "wrap_s": 30, "handle_s": 90}
        }
        callback = await house.row("SELECT state, attempts FROM callback")
        assert callback == {"state": "kept", "attempts": 1}
        ticket = await house.row("SELECT state, needs_phone FROM ticket")
        assert ticket == {"state": "pending", "needs_phone": False}
        agent = await house.row("SELECT presence, load FROM agent WHERE id = $1", ann.id)
        assert agent == {"presence": "available", "load": 0}
