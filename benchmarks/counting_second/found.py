"""What a figure says, as the second count has it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Found:
    """What a figure says. Members are records of a counted figure, claims of a reported one."""

    steps: list[tuple[str, list[int], list[int]]] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    decided: dict[int, list[int]] = field(default_factory=dict)  # a member's deciding claims
    weak: dict[str, int] = field(default_factory=dict)
    ungrouped: dict[int, int] = field(default_factory=dict)  # claims as possible ones: whose
    fewest: int | None = None
    groups: dict[str, list[int]] = field(default_factory=dict)
    #: Of each inventory its name and how many are on it: at most, at least, and on no other.
    lists: list[tuple[str, int, int, int]] = field(default_factory=list)
    #: Of each two inventories, by number, how many they share at least and at most.
    shared: list[tuple[int, int, int, int]] = field(default_factory=list)
