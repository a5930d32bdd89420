"""What takes too long is stopped, told plainly, and nothing of it is shown."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from habeas.archive.errors import TooLong
from habeas.archive.models import Exhibit
from habeas.archive.opening import Archive
from habeas.archive.store import deadline

LESS = "Ask for less."
LONG = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) "
    "SELECT count(*) FROM n"
)


class Clock:
    """A time that is set by hand; ``runs``: one that moves when somebody looks."""

    def __init__(self, *, runs: bool = False) -> None:
        self.now, self.runs = 0.0, runs

    def __call__(self) -> float:
        self.now += self.runs
        return self.now


def ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def over_time(clock: Clock) -> None:
    """Begin in time, and take a step when it is over."""
    with deadline.within(5, LESS, clock):
        deadline.check()
        clock.now = 5.1
        for _ in range(2):  # whoever swallows it is stopped again
            with pytest.raises(TooLong):
                deadline.check()


def test_it_stops_at_the_next_step_and_at_each_after_it() -> None:
    with pytest.raises(TooLong) as stopped:
        over_time(Clock())
    assert "took longer than 5 seconds" in stopped.value.message
    assert stopped.value.next_step == LESS
    deadline.check()  # outside nothing is stopped


def test_an_outer_deadline_holds_inside_another() -> None:
    outer = Clock()
    with deadline.within(5, LESS, outer), deadline.within(50, "", Clock()):
        deadline.check()
        outer.now = 6
        with pytest.raises(TooLong, match="5 seconds"):
            deadline.check()
        outer.now = 0


def test_no_further_query_is_asked(archive: Archive) -> None:
    clock = Clock()
    with deadline.within(5, LESS, clock):
        assert not Exhibit.objects.exists()
        clock.now = 6
        with pytest.raises(TooLong):
            Exhibit.objects.exists()
        clock.now = 0
    assert not Exhibit.objects.exists()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_one_long_query_is_given_up_in_the_middle(archive: Archive) -> None:
    with pytest.raises(TooLong), deadline.within(5, LESS, Clock(runs=True)):
        ask(LONG)
    assert ask("SELECT 1") == (1,)


def test_another_fault_of_the_database_stays_what_it_is(archive: Archive) -> None:
    with pytest.raises(DatabaseError), deadline.within(5, LESS, Clock()):
        ask("SELECT nothing FROM nowhere")
