"""What the workers of a fleet know in common, in tables of Postgres beside the queue's own: which file of each shard
counts and who holds it, which shard has each site, when each host may be asked next.

The only module that speaks to Postgres by itself. Every method is one transaction that may be tried again: while the
server is away it waits for it, and a change that was made before the answer was lost is taken for made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from scraper.errors import MissingExtra, NoSuchSite, NothingDone
from scraper.fleet.holds import Put, ShardLost, SiteFact, Taken

try:
    import psycopg
except ImportError as error:
    raise MissingExtra("A fleet of workers", "fleet") from error

Away = psycopg.OperationalError
"""What the driver, and its pool, raise while the server cannot be had."""

PATIENCE = 300.0  # seconds to wait for a server that is away; a restart takes some ten
PAUSE = 0.5  # seconds between two tries
CONNECT = 5  # seconds
DEAD = 20_000  # milliseconds after which a connection that takes nothing is given up
PROVIDER = "(provider)"  # no host has such a name

SCHEMA = """
CREATE TABLE IF NOT EXISTS kliping_fleet (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    place text NOT NULL
);
CREATE TABLE IF NOT EXISTS kliping_shards (
    shard integer PRIMARY KEY,
    file text NOT NULL,
    generation bigint NOT NULL DEFAULT 0,
    journal text,
    holder text,
    taken_at timestamptz,
    put_at timestamptz
);
CREATE TABLE IF NOT EXISTS kliping_sites (
    site text PRIMARY KEY,
    shard integer NOT NULL,
    moving_to integer,
    told text,
    zone text,
    set_at timestamptz,
    last timestamptz
);
CREATE TABLE IF NOT EXISTS kliping_hosts (
    host text PRIMARY KEY,
    free_at timestamptz NOT NULL
);
CREATE OR REPLACE FUNCTION kliping_turn(
    p_shard integer, p_holder text, p_host text, p_delay float8, p_interval float8
) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    asked timestamptz := clock_timestamp();
    start timestamptz;
    pause interval;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM kliping_shards WHERE shard = p_shard AND holder = p_holder) THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);  -- a turn lost with the server is no loss: it took longer
    pause := make_interval(secs => p_delay);
    INSERT INTO kliping_hosts AS h (host, free_at) VALUES (p_host, asked + pause)
    ON CONFLICT (host) DO UPDATE SET free_at = greatest(h.free_at, asked) + pause
    RETURNING h.free_at - pause INTO start;
    IF p_interval > 0 THEN
        pause := make_interval(secs => p_interval);
        INSERT INTO kliping_hosts AS h (host, free_at) VALUES ('(provider)', start + pause)
        ON CONFLICT (host) DO UPDATE SET free_at = greatest(h.free_at, start) + pause
        RETURNING h.free_at - pause INTO start;
    END IF;
    RETURN greatest(extract(epoch FROM start - asked)::float8, 0);
END
$$;
"""
"""kliping_turn: the seconds until a request to the host may start, its turn and the provider's booked; NULL for one who
does not hold the shard.
"""

Result = TypeVar("Result")


class ShardRow(msgspec.Struct, frozen=True, kw_only=True):
    """One shard as it stands. `sites` is how many the map gives it."""

    shard: int
    file: str
    generation: int
    holder: str | None
    taken_at: datetime | None
    put_at: datetime | None
    sites: int


class Registry:
    """The fleet's tables. May be used by several threads; they take turns."""

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        self._address, self._patience = address, patience
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.RLock()

    def close(self) -> None:
        """The connection is closed; the next question opens one."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # the fleet

    def check(self) -> None:
        """Raises NothingDone where Postgres cannot be had."""
        self._rows("SELECT 1")

    def create(self, place: str, files: Sequence[str]) -> None:
        """The tables, of a fleet at that place with those files. Raises NothingDone for a database that has another."""

        def make(connection: psycopg.Connection[Any]) -> None:
            connection.execute(SCHEMA)  # several statements, and no parameters
            connection.execute("INSERT INTO kliping_fleet (place) VALUES (%s) ON CONFLICT DO NOTHING", (place,))
            held = connection.execute("SELECT place FROM kliping_fleet").fetchone()
            if held != (place,):
                raise NothingDone(
                    f"This Postgres has the fleet of {held and held[0]}; give each a database of its own."
                )
            for shard, file in enumerate(files):
                connection.execute(
                    "INSERT INTO kliping_shards (shard, file) VALUES (%s, %s) ON CONFLICT DO NOTHING", (shard, file)
                )

        self._do(make)

    def place(self) -> str:
        """Where the shards lie. Raises NothingDone where no fleet was made."""
        try:
            rows = self._rows("SELECT place FROM kliping_fleet")
        except psycopg.errors.UndefinedTable:
            rows = []
        if not rows:
            raise NothingDone("This Postgres has no fleet; make one with 'kliping fleet init'.")
        return str(rows[0][0])

    def shards(self) -> list[ShardRow]:
        """Every shard in order."""
        rows = self._rows(
            "SELECT h.shard, file, generation, holder, taken_at, put_at,"
            " (SELECT count(*) FROM kliping_sites s WHERE s.shard = h.shard) FROM kliping_shards h ORDER BY h.shard"
        )
        return [ShardRow(**dict(zip(ShardRow.__struct_fields__, row, strict=True))) for row in rows]

    # sites

    def sites(self) -> dict[str, int]:
        """The shard of each site."""
        return dict(self._rows("SELECT site, shard FROM kliping_sites ORDER BY site"))

    def crawled(self, shard: int) -> frozenset[str]:
        """The sites that the shard is to crawl: none that is on its way to another, or was left behind by a move."""
        found = self._rows("SELECT site FROM kliping_sites WHERE shard = %s AND moving_to IS NULL", (shard,))
        return frozenset(site for (site,) in found)

    def scheduled(self) -> list[tuple[int, SiteFact]]:
        """Every site with a schedule that may be crawled, after its shard."""
        rows = self._rows(
            "SELECT shard, site, told, zone, set_at, last FROM kliping_sites"
            " WHERE told IS NOT NULL AND moving_to IS NULL ORDER BY shard, site"
        )
        return [(shard, SiteFact(*rest)) for shard, *rest in rows]

    def assign(self, site: str, shard: int) -> int:
        """The shard of a site: that one, if none was recorded."""
        found = self._rows(
            "INSERT INTO kliping_sites AS s (site, shard) VALUES (%s, %s)"
            " ON CONFLICT (site) DO UPDATE SET shard = s.shard RETURNING shard",
            (site, shard),
        )
        return int(found[0][0])

    def note(self, shard: int, facts: Sequence[SiteFact]) -> None:
        """What is to be known of sites that the shard has."""
        self._do(lambda connection: _note(connection, shard, facts))

    def shard_of(self, site: str) -> int:
        """Raises NoSuchSite."""
        found = self._rows("SELECT shard FROM kliping_sites WHERE site = %s", (site,))
        if not found:
            raise NoSuchSite(f"The fleet knows no site {site!r}; 'kliping fleet status' names those it has.")
        return int(found[0][0])

    def detain(self, site: str, to: int) -> None:
        """The site is crawled no more until it has arrived at that shard."""
        self._rows(
            "UPDATE kliping_sites SET moving_to = %s WHERE site = %s AND shard != %s RETURNING 1", (to, site, to)
        )

    # a shard's file: see holds.Arbiter

    def take(self, shard: int, holder: str) -> Taken:
        """What the shard is, given to that holder, whoever held it. Raises NothingDone for one that is not there."""
        found = self._rows(
            "UPDATE kliping_shards SET holder = %s, taken_at = now() WHERE shard = %s"
            " RETURNING file, generation, journal",
            (holder, shard),
        )
        if not found:
            raise NothingDone(f"The fleet has no shard {shard}.")
        return Taken(*found[0])

    def begin(self, shard: int, holder: str) -> None:
        """The holder's commits may lie beside the file from now on. Raises ShardLost."""
        changed = "UPDATE kliping_shards SET journal = holder WHERE shard = %s AND holder = %s RETURNING 1"
        if not self._rows(changed, (shard, holder)):
            raise _lost(shard)

    def put(self, put: Put) -> None:
        """The file counts from now on, and with it what it tells of sites. Raises ShardLost."""

        def change(connection: psycopg.Connection[Any]) -> None:
            changed = connection.execute(
                "UPDATE kliping_shards SET file = %s, generation = generation + 1, journal = %s, put_at = now(),"
                " holder = CASE WHEN %s::text IS NULL THEN NULL ELSE holder END"
                " WHERE shard = %s AND holder = %s AND generation = %s",
                (put.file, put.journal, put.journal, put.shard, put.holder, put.generation),
            )
            if not changed.rowcount and not self._is_put(connection, put):
                raise _lost(put.shard)
            if put.arrived is not None:
                connection.execute(
                    "UPDATE kliping_sites SET shard = %s, moving_to = NULL WHERE site = %s", (put.shard, put.arrived)
                )
            _note(connection, put.shard, put.facts)

        self._do(change)

    @staticmethod
    def _is_put(connection: psycopg.Connection[Any], put: Put) -> bool:
        """Whether this very file counts already: the answer to an earlier try was lost."""
        found = connection.execute("SELECT file FROM kliping_shards WHERE shard = %s", (put.shard,)).fetchone()
        return found is not None and bool(found[0] == put.file)

    # politeness

    def turn(self, shard: int, holder: str, host: str, *, delay: float, interval: float) -> float:
        """Seconds until a request to the host may start, booked for it; `delay` after the host's last and, with an
        `interval`, that long after the last of the provider. Raises ShardLost.
        """
        asked = "SELECT kliping_turn(%s, %s, %s, %s, %s)"
        ((wait,),) = self._rows(asked, (shard, holder, host, delay, interval))
        if wait is None:
            raise _lost(shard)
        return float(wait)

    def confirm(self, shard: int, holder: str) -> None:
        """Raises ShardLost where the holder is another by now."""
        if not self._rows("SELECT 1 FROM kliping_shards WHERE shard = %s AND holder = %s", (shard, holder)):
            raise _lost(shard)

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._do(lambda connection: connection.execute(statement, values).fetchall())

    def _do(self, work: Callable[[psycopg.Connection[Any]], Result]) -> Result:
        """The work as one transaction, on a connection that is made anew where it broke."""
        until = time.monotonic() + self._patience
        while True:
            with self._lock:
                try:
                    if self._connection is None:
                        self._connection = psycopg.connect(
                            self._address, connect_timeout=CONNECT, tcp_user_timeout=DEAD
                        )
                    with self._connection.transaction():
                        return work(self._connection)
                except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                    self.close()
                    if time.monotonic() >= until:
                        raise NothingDone(f"The fleet's Postgres does not answer: {error}") from error
            time.sleep(PAUSE)


def _note(connection: psycopg.Connection[Any], shard: int, facts: Sequence[SiteFact]) -> None:
    for fact in facts:
        connection.execute(
            "UPDATE kliping_sites SET told = %s, zone = %s, set_at = %s, last = %s WHERE site = %s AND shard = %s",
            (fact.told, fact.zone, fact.set_at, fact.last, fact.site, shard),
        )


def _lost(shard: int) -> ShardLost:
    return ShardLost(f"Shard {shard} was taken by another worker; it goes on from what was committed here.")
