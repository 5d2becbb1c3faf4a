"""Whether copies are found: `python -m bench.copies`, on real texts that were copied by hand of a program.

Every stored article of a hundred words or more is an original. Of each, copies are made that keep 90, 60 and 30 % of
its sentences, shuffled by paragraphs, under a lede of another article, with advertisements between, their numbers and
marks changed as a desk would. Precision counts every article that is called a copy of one it was not made from; the
rest of a copy is made of sentences of an article that stands nowhere else. Needs the stored pages (KLIPING_SHARED).
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.peers import NOWHERE
from bench.stored import MISSING, html_of, stored_pages
from extractors import NotAnArticle, Page, read
from extractors.model import Article, Byline, Moment, Reading, Witness
from scraper.archive import syndication
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit

KEPT = (0.9, 0.6, 0.3)
WORDS = 100
ADVERTISEMENT = "Pasang iklan Anda di sini, hubungi bagian pemasaran kami setiap hari kerja."
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
BLOG = "7000000000000000000"


class Text(NamedTuple):
    """A text, and the number and share of the original it was made from, if from any."""

    body: str
    original: int | None = None
    kept: float | None = None


def main() -> int:
    """Prints recall and precision by share kept; 3 where the pages are not at hand."""
    bodies = list(_bodies())
    if not bodies:
        print(MISSING, file=sys.stderr)
        return 3
    texts = list(_with_copies(bodies))
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "a.db", create=True) as archive:
        _fill(archive, texts)
        start = time.process_time()
        syndication.update(archive)
        seconds = time.process_time() - start
        told = _told(archive)
    among = sum(1 for number, text in enumerate(texts) if text.original is None and number in told)
    originals = sum(text.original is None for text in texts)
    print(
        f"{originals} real articles, {len(texts) - originals} copies; {len(texts) / seconds:,.0f} compared a CPU-second"
    )
    print(f"originals that are called a copy of one another: {among} (stored pages of one wire story would be)")
    print(f"{'kept':>6}{'copies':>8}{'found':>8}{'recall':>8}{'right origin':>14}{'share told':>12}")
    for kept in KEPT:
        made = {number: text for number, text in enumerate(texts) if text.kept == kept}
        found = {number: told[number] for number in made if number in told}
        right = sum(origin == made[number].original for number, (origin, _) in found.items())
        share = sum(share for _, share in found.values()) / max(len(found), 1)
        print(
            f"{kept:>6.0%}{len(made):>8}{len(found):>8}{len(found) / len(made):>8.3f}"
            f"{right / max(len(found), 1):>14.3f}{share:>12.2f}"
        )
    return 0


def _bodies() -> Iterator[str]:
    seen = set()
    for path in stored_pages():
        try:
            body = read(Page(url=NOWHERE, html=html_of(path))).article.body
        except NotAnArticle:
            continue
        if len(body.split()) >= WORDS and body not in seen:
            seen.add(body)
            yield body


def _with_copies(bodies: Sequence[str]) -> Iterator[Text]:
    """The originals first, which makes them the earlier ones; then the copies of half of them, filled with the rest."""
    yield from map(Text, bodies[::2])
    random = Random(20261124)
    spare = [sentence for body in bodies[1::2] for sentence in _sentences(body)]
    for number, body in enumerate(bodies[::2]):
        for kept in KEPT:
            yield Text(_copy(_sentences(body), kept, spare, random), number, kept)


def _copy(sentences: Sequence[str], kept: float, spare: list[str], random: Random) -> str:
    count = len(sentences)
    own = sorted(random.sample(range(count), max(round(kept * count), 1)))
    text = [_touched(sentences[at], random) for at in own]
    filling = [spare.pop(random.randrange(len(spare))) for _ in range(min(count - len(own), len(spare) - 1))]
    paragraphs = [text[at : at + 3] for at in range(0, len(text), 3)] + [[sentence] for sentence in filling[1:]]
    random.shuffle(paragraphs)
    return "\n\n".join([*filling[:1], *(" ".join(one) for one in paragraphs[:2]), ADVERTISEMENT,
                        *(" ".join(one) for one in paragraphs[2:])])  # fmt: skip


def _touched(sentence: str, random: Random) -> str:
    """A sentence as another desk prints it: other marks, now and then a number corrected."""
    sentence = sentence.replace("“", '"').replace("”", '"')
    return re.sub(r"\d+", lambda found: str(int(found[0]) + 1), sentence) if random.random() < 0.1 else sentence


def _sentences(body: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", body) if part.strip()]


def _fill(archive: Archive, texts: Iterable[Text]) -> None:
    for name, blog in (("asal.example", "1"), ("salinan.example", "2")):
        archive.add_site(Site(name=name, url=f"https://{name}/", blog_id=blog, added_at=BEGIN))
    run = archive.start_run(["asal.example", "salinan.example"], BEGIN)
    for number, text in enumerate(texts):
        article = _article(number, text)
        reading = Reading(article=article, claims={}, removals=())
        archive.settle(Visit(run=run, url=article.url, site=article.site, at=BEGIN, reading=reading))


def _article(number: int, text: Text) -> Article:
    site = "asal.example" if text.original is None else "salinan.example"
    iso = (BEGIN + timedelta(minutes=number)).isoformat()
    return Article(
        id=f"blogger:{BLOG}:{number}",
        site=site,
        url=f"https://{site}/2026/01/{number}.html",
        blog_id=BLOG,
        post_id=str(number),
        title=f"Berita {number}",
        dateline=None,
        byline=Byline(),
        published=Moment(value=iso, precision="second", zone="offset", source="feed", raw=iso),
        updated=None,
        language="id",
        labels=(),
        section=None,
        lead=text.body.partition("\n\n")[0],
        body=text.body,
        end_mark=None,
        end_mark_at=None,
        quotes=(),
        event_dates=(),
        images=(),
        links=(),
        embeds=(),
        extractor="bench",
        platform="blogger",
        theme=None,
        witness=Witness(feed="none", agreement=None),
        word_count=len(text.body.split()),
    )


def _told(archive: Archive) -> dict[int, tuple[int, float]]:
    """The origin of each copy, and the share told, by number."""
    rows = archive.db.conn.execute("SELECT article, origin, share FROM syndication WHERE source IS NOT NULL")
    return {int(article.split(":")[2]): (int(origin.split(":")[2]), share) for article, origin, share in rows}


if __name__ == "__main__":
    sys.exit(main())
