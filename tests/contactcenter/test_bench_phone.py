"""The measurement of calls: what it posts is authentic, and it finds what is wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from bench_process import bench

from contactcenter.bench import phone_hooks
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.phone import Result, check_calls
from contactcenter.bench.phone_calls import Seconds, known_seconds
from contactcenter.fakes.twilio_hooks import sign
from contactcenter.fakes.twilio_voice_hooks import Posting
from contactcenter.fakes.twilio_voice_leg import Leg, rfc2822
from contactcenter.fakes.twilio_voice_people import PATIENT

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

MARK = phone_hooks.marked(datetime(2026, 11, 20, 12, tzinfo=UTC), "m")


def test_the_hooks_of_a_block_go_side_by_side_and_each_call_has_all_of_them() -> None:
    hooks = [phone_hooks.hook(n, MARK) for n in range(2 * phone_hooks.BLOCK * phone_hooks.STEPS)]

    by_call: dict[str, list[int]] = {}
    for one in hooks:
        by_call.setdefault(one.sid, []).append(one.step)
    assert len(by_call) == 2 * phone_hooks.BLOCK
    assert all(steps == list(range(phone_hooks.STEPS)) for steps in by_call.values())


def test_a_hook_is_signed_as_the_provider_signs() -> None:
    one = phone_hooks.hook(phone_hooks.BLOCK * 4, MARK)
    text = phone_hooks.request(one, "https://c.example", "c.example").decode()

    params = tuple(one.form.items())
    token = phone_hooks.AUTH_TOKEN
    assert f"X-Twilio-Signature: {sign(token, f'https://c.example{one.path}', params)}\r\n" in text


async def test_what_the_provider_knows_is_read_from_its_forms() -> None:
    leg = Leg(
        sid="CA1", number=1, account_sid="AC", direction="inbound", from_="+1", to="+2",
        person=PATIENT, created_at=AT,
    )  # fmt: skip
    leg.answered_at, leg.ended_at = AT, AT + timedelta(seconds=60)

    def told(second: int, **params: str) -> Posting:
        stamp = {"Timestamp": rfc2822(AT + timedelta(seconds=second))}
        params = {**params, **stamp}
        return Posting(at=AT, kind="report", url="/", params=tuple(params.items()))

    def room(second: int, event: str, sid: str, label: str) -> Posting:
        return told(
            second, StatusCallbackEvent=f"participant-{event}", ConferenceSid="CF1", CallSid=sid,
            ParticipantLabel=label,
        )  # fmt: skip

    known = known_seconds(
        [leg],
        [
            told(20, CallSid="CA1", QueueResult="redirected", QueueTime="17"),
            room(60, "leave", "CA1", "customer"),
            room(19, "join", "CA2", "agent:7"),
            room(50, "leave", "CA2", "agent:7"),
            room(21, "join", "CA1", "customer"),
            room(21, "join", "CA1", "customer"),
        ],
    )

    assert known == {"CA1": Seconds(queue_s=17, talk_s=29, hold_s=0, call_s=60)}


def test_one_call_with_other_seconds_fails_the_run() -> None:
    figures = dict.fromkeys(Result.__struct_fields__, 0)
    check_calls(Result(**figures))
    with pytest.raises(MeasurementInvalid, match="1 calls"):
        check_calls(Result(**{**figures, "wrong": 1}))


@pytest.mark.full
async def test_a_tiny_run_of_calls_is_right_to_the_second() -> None:
    result, _ = await bench(
        "phone", "--clients", "2", "--seconds", "1", "--slices", "2", "--calls", "4"
    )

    assert (result["calls"], result["wrong"]) == (4, 0)
    assert 2 <= result["answered"] <= 4  # two agents; who waits may hang up before one is free
    assert result["hooks_per_s"] > 0
    assert 0 < result["answer_p50_ms"] <= result["answer_p99_ms"] <= result["answer_max_ms"]
