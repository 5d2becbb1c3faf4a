"""Stand-in newsrooms served by a process of their own, so that what they cost is not in anybody's figures."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from scraper.standin import Hit, Newsroom, Post, StandIn, fixtures_dir

START = 60.0  # seconds


def newsroom(domain: str = "kabarmuara.example", posts: int | None = None) -> Newsroom:
    """One of the invented newsrooms, or its newest posts."""
    loaded = Newsroom.load(fixtures_dir() / "newsrooms" / domain)
    loaded.posts[:] = loaded.newest_first()[:posts]
    return loaded


class Newsrooms:
    """The newsrooms that `build`, an importable function, makes in the serving process. `urls` are theirs, in order."""

    def __init__(self, build: Callable[[], list[Newsroom]]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, self._theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._theirs, build), daemon=True)
        self.urls: list[str] = []

    def __enter__(self) -> Self:
        self._process.start()
        self._theirs.close()
        if not self._pipe.poll(START):
            raise RuntimeError(f"The newsrooms were not served within {START:g} s.")
        self.urls = self._pipe.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join()

    def hits(self) -> list[list[Hit]]:
        """The requests of each newsroom since this was last asked."""
        taken: list[list[Hit]] = self._ask("hits")
        return taken

    def put(self, posts: Sequence[Post], at: int = 0) -> None:
        """Gives a newsroom other posts."""
        self._ask("put", at, list(posts))

    def _ask(self, *words: Any) -> Any:
        self._pipe.send(words)
        return self._pipe.recv()


def _serve(pipe: Connection, build: Callable[[], list[Newsroom]]) -> None:
    with ExitStack() as stack:
        standins = [stack.enter_context(StandIn(room)) for room in build()]
        pipe.send([standin.url for standin in standins])
        while True:
            try:
                word, *rest = pipe.recv()
            except (EOFError, KeyboardInterrupt):
                return
            if word == "put":
                at, posts = rest
                standins[at].newsroom.posts[:] = posts
                pipe.send(None)
                continue
            pipe.send([_taken(standin) for standin in standins])


def _taken(standin: StandIn) -> list[Hit]:
    with standin.lock:
        taken = list(standin.log)
        standin.log.clear()
    return taken
