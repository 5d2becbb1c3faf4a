"""Workers beside each other: all of the work in order, and a piece that takes its worker with it costs itself alone."""

from __future__ import annotations

import os

import msgspec

from scraper.crew import Crew

TASK = f"{__name__}:serve"


def serve(sent: bytes) -> bytes:
    """Numbers doubled; a negative one ends the process."""
    numbers = msgspec.msgpack.decode(sent, type=list[int])
    if min(numbers) < 0:
        os._exit(3)
    return msgspec.msgpack.encode([2 * number for number in numbers])


def work(chunks: list[list[int]]) -> list[int | str]:
    with Crew(TASK, 2, limit=20) as crew:
        return list(
            crew.work(
                chunks,
                encode=msgspec.msgpack.encode,
                decode=lambda answer: msgspec.msgpack.decode(answer, type=list[int | str]),
                lost=lambda number, words: f"{number} lost, {words.splitlines()[0]}",
            )
        )


def test_answers_come_in_the_order_of_the_work() -> None:
    """More chunks than workers, of any size: every piece's answer, in order."""
    assert work([[1, 2, 3], [4], [5, 6], *([number] for number in range(7, 30))]) == [2 * n for n in range(1, 30)]


def test_a_piece_that_ends_its_worker_costs_itself_alone() -> None:
    """The others of its chunk are answered, and so is all that comes after."""
    told = "-2 lost, the process ended with code 3"
    assert work([[1, -2, 3], [4, 5], [-2]]) == [2, told, 6, 8, 10, told]
