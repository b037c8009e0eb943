"""Which random number falls to a customer on a day? The same one, whatever happens to the customer or to others.

Numbers are not drawn one after another but looked up: a hash of the seed, the purpose, the customer, the day and a
place among several of that day. So a customer who is contacted and the same customer left alone meet the same luck, and
differ by the effect of the contact alone (common random numbers). The hash is the finaliser of SplitMix64 (Steele, Lea
and Flood 2014), which works on whole numbers only: the bits are the same on every machine.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]

# Odd constants with well mixed bits, one per coordinate, so that no two of (customer, day, place) meet.
_OF_CUSTOMER = np.uint64(0x9E3779B97F4A7C15)
_OF_DAY = np.uint64(0xD1B54A32D192ED03)
_OF_PLACE = np.uint64(0x8CB92BA72F3D8DD7)


@dataclass(frozen=True, slots=True)
class Chance:
    """All luck of one world. Another seed is another world."""

    seed: int

    def of(self, purpose: str, customer: Indices, day: Indices | int = 0, place: Indices | int = 0) -> Numbers:
        """One number per customer, evenly spread and strictly between 0 and 1.

        `customer`, `day` and `place` are whole numbers of one length, or one for all.
        """
        bits = _mixed(_bits(customer) * _OF_CUSTOMER + self._key(purpose))
        bits = _mixed(bits + _bits(day) * _OF_DAY + _bits(place) * _OF_PLACE)
        # 52 bits and a half: the ends of the interval cannot come out, so that quantiles are finite.
        spread: Numbers = ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return spread

    def _key(self, purpose: str) -> Bits:
        return _mixed(_bits(np.array([self.seed])) * _OF_PLACE + _bits(np.array([zlib.crc32(purpose.encode())])))


def counted(uniform: Numbers, mean: Numbers | float) -> Indices:
    """Whole numbers of the given mean, geometrically spread: 0 is the likeliest."""
    with np.errstate(divide="ignore"):
        goes_on = np.log(np.asarray(mean, dtype=np.float64) / (1.0 + np.asarray(mean, dtype=np.float64)))
    return np.floor(np.log(uniform) / goes_on).astype(np.int64)


def _bits(whole: Indices | int) -> Bits:
    """Whole numbers as 64 bits; negative days wrap around."""
    return np.atleast_1d(np.asarray(whole, dtype=np.int64)).view(np.uint64)


def _mixed(bits: Bits) -> Bits:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Bits = bits ^ (bits >> np.uint64(31))
    return mixed
