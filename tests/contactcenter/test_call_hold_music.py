"""What who waits hears: one sound a process, whoever asks for it."""

import wave
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from contactcenter.calls import hold_music


def test_many_who_ask_at_once_have_it_made_once() -> None:
    hold_music._wav.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: hold_music.wav(), range(8)))

    assert len(made) == 1
    assert hold_music._wav.cache_info().misses == 1


def test_it_is_a_sound_as_telephones_carry_it() -> None:
    with wave.open(BytesIO(hold_music.wav())) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (hold_music.RATE, 1)
        assert sound.getnframes() == hold_music.RATE * hold_music.SECONDS
