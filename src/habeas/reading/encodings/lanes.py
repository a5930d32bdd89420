"""Whole columns of numbers compared and moved at once, as one long integer.

Python's integers are as long as they need to be, so one subtraction compares all numbers of
a column with those of another: several times as fast as a loop, without numpy.

A number's lane is 32 bits. Invariant: lanes are compared only where the top bit of each is
clear, so that nothing is carried from one into the next; hence a column that holds a negative
number is never ``within`` anything. Numbers with fractions of 32 bits that are finite and not
negative stand in the order of their bits (IEEE 754), so they are compared alike.
"""

from __future__ import annotations

import sys
from array import array
from functools import lru_cache

_BYTES = 4
_TOP = 1 << 31
_LARGEST_FLOAT = 0x7F7F_FFFF  # its bits; beyond are infinity and what is no number
_TOGETHER = 2048  # numbers a step: longer integers leave the processor's nearest memory


def within(column: array[int] | array[float], low: int, high: int) -> bool:
    """Whether low ≤ number ≤ high for every one; ``low`` is not negative."""
    if not low <= high < _TOP:
        return not column
    for at in range(0, len(column), _TOGETHER):
        block = column[at : at + _TOGETHER]
        numbers, tops = _long(block), _each(_TOP, len(block))
        if numbers & tops or ~((_each(high, len(block)) | tops) - numbers) & tops:
            return False
        if low and ~((numbers | tops) - _each(low, len(block))) & tops:
            return False
    return True


def in_order(lows: array[int], highs: array[int]) -> bool:
    """Whether 0 ≤ low ≤ high for every pair."""
    for at in range(0, len(lows), _TOGETHER):
        block = lows[at : at + _TOGETHER]
        low, high = _long(block), _long(highs[at : at + _TOGETHER])
        tops = _each(_TOP, len(block))
        if (low | high) & tops or ~((high | tops) - low) & tops:
            return False
    return True


def plain(column: array[float]) -> bool:
    """Whether all are finite and none is negative: what the three functions below want."""
    return within(column, 0, _LARGEST_FLOAT)


def below(lows: array[float], highs: array[float]) -> bool:
    """Whether low < high for every pair."""
    for at in range(0, len(lows), _TOGETHER):
        block = lows[at : at + _TOGETHER]
        low, high = _long(block), _long(highs[at : at + _TOGETHER])
        tops = _each(_TOP, len(block))
        if ~((high | tops) - low - _each(1, len(block))) & tops:
            return False
    return True


def lesser(one: array[float], other: array[float]) -> array[float]:
    """The smaller number of each pair."""
    return _chosen(one, other, one)


def greater(one: array[float], other: array[float]) -> array[float]:
    """The larger number of each pair."""
    return _chosen(one, other, other)


def _chosen(one: array[float], other: array[float], where_rising: array[float]) -> array[float]:
    """``where_rising``, one of the two, where one ≤ other; elsewhere the other of the two."""
    made = array("f")
    for at in range(0, len(one), _TOGETHER):
        block = one[at : at + _TOGETHER]
        first, second = _long(block), _long(other[at : at + _TOGETHER])
        tops = _each(_TOP, len(block))
        rising = ((second | tops) - first) & tops
        every_bit = rising - (rising >> 31)  # all bits but the top one, which is clear anyhow
        taken, left = (first, second) if where_rising is one else (second, first)
        chosen = left ^ ((left ^ taken) & every_bit)
        made.frombytes(chosen.to_bytes(len(block) * _BYTES, sys.byteorder))
    return made


def moved(column: array[int], by: int) -> array[int]:
    """Each number and ``by``, where all of these are from 0 to 2³¹ - 1."""
    if not by:
        return column
    made = array("i")
    for at in range(0, len(column), _TOGETHER):
        block = column[at : at + _TOGETHER]
        total = _long(block) + _each(1, len(block)) * by
        made.frombytes(total.to_bytes(len(block) * _BYTES, sys.byteorder))
    return made


def _long(block: array[int] | array[float]) -> int:
    return int.from_bytes(block, sys.byteorder)


@lru_cache(maxsize=256)
def _each(number: int, count: int) -> int:
    """``number`` in each of ``count`` lanes."""
    return int.from_bytes(number.to_bytes(_BYTES, sys.byteorder) * count, sys.byteorder)
