"""What is heard while nothing is said: chords of our own, so that no call depends on a stranger.

Sixteen seconds of slow broken chords, as a telephone carries them: 8,000 samples a second, one
channel, 16 bits.
"""

import math
import threading
from array import array
from functools import lru_cache
from typing import Final

#: Where it is served; the provider and the browser may keep it for ever.
PATH: Final = "/media/sounds/waiting.wav"
CONTENT_TYPE: Final = "audio/wav"
#: Samples a second; telephones carry no more.
RATE: Final = 8000
SECONDS: Final = 16

#: The tones of four chords in semitones from A at 220 Hz: A minor, F, C, G; each is played twice.
_CHORDS: Final = ((0, 3, 7, 12), (-4, 0, 3, 8), (3, 7, 10, 15), (-2, 2, 5, 10))
_A_HZ: Final = 220.0
_BEAT_S: Final = 0.5
#: How quickly a tone dies away, and how loud it begins: quiet enough for an ear held close.
_DECAY_S: Final = 0.6
_LOUDEST: Final = 6000
_ONSET_S: Final = 0.02

_making: Final = threading.Lock()


def wav() -> bytes:
    """The whole file; half a second to make, once a process, however many ask at the same time."""
    with _making:
        return _wav()


@lru_cache(maxsize=1)
def _wav() -> bytes:
    tones = {semitone: _tone(semitone) for chord in _CHORDS for semitone in chord}
    beat = int(RATE * _BEAT_S)
    played = [semitone for chord in _CHORDS for semitone in (*chord, *reversed(chord))]
    samples = [0] * (RATE * SECONDS)
    for n, semitone in enumerate(played):
        for at, value in enumerate(tones[semitone]):
            samples[(n * beat + at) % len(samples)] += value  # its end rings into its beginning
    return _header(len(samples) * 2) + _little(array("h", samples))


def _tone(semitone: int) -> list[int]:
    turn = 2 * math.pi * _A_HZ * 2 ** (semitone / 12) / RATE
    return [
        round(
            _LOUDEST
            * min(1.0, n / (RATE * _ONSET_S))
            * math.exp(-n / (RATE * _DECAY_S))
            * (math.sin(turn * n) + 0.3 * math.sin(2 * turn * n))
        )
        for n in range(RATE * 2)
    ]


def _header(size_bytes: int) -> bytes:
    """Source: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html ."""
    number = int.to_bytes
    return b"".join(
        (
            b"RIFF" + number(36 + size_bytes, 4, "little") + b"WAVEfmt " + number(16, 4, "little"),
            number(1, 2, "little") + number(1, 2, "little") + number(RATE, 4, "little"),
            number(RATE * 2, 4, "little") + number(2, 2, "little") + number(16, 2, "little"),
            b"data" + number(size_bytes, 4, "little"),
        )
    )


def _little(samples: "array[int]") -> bytes:
    if array("h", [1]).tobytes() != b"\x01\x00":  # a machine that counts from the other end
        samples.byteswap()
    return samples.tobytes()
