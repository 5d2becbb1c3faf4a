"""A newsroom as a folder: `newsroom.toml` and one file a post, loaded whole.

    <domain>/newsroom.toml                    the settings its owner would make in Blogger
    <domain>/posts/<YYYY-MM-DD>-<slug>.html   TOML between two `+++` lines, then the body as the editor leaves it

`Newsroom.posts` is a plain list: change it while the newsroom is served and the next request shows the change.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from scraper.errors import UsageProblem
from scraper.standin.traps import Traps

FENCE = "+++"
T = TypeVar("T")
Aware = Annotated[datetime, msgspec.Meta(tz=True)]
BloggerId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}$")]
TOML_PLACE = re.compile(r"^(.*) \(at line ([0-9]+), column [0-9]+\)$", re.DOTALL)


class ExpectedQuote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Direct speech a reader must find: the fullest name of who speaks, the first words, the reporting word."""

    speaker: str
    starts: str
    cue: str = ""


class Expectation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a right reading of the post says. Describes a body; never repeats it. Empty strings mean: there is none."""

    place: str = ""
    outlet: str = ""
    paragraphs: int
    starts: str
    ends: str
    end_mark: str = ""
    quotes: tuple[ExpectedQuote, ...] = ()
    event_dates: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class Post(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One post, or static page, as its author left it. `published` and `updated` are aware, `body` is HTML.

    `permalink` overrides the address made of month and slug: real permalinks outlive changes of the date.
    """

    slug: str
    title: str
    post_id: BloggerId
    published: Aware
    updated: Aware
    author: str = ""
    labels: tuple[str, ...] = ()
    permalink: str = ""
    body: str = ""
    expect: Expectation | None = None


class Newsroom(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A Blogger site's settings and posts.

    `date_header` is the owner's switch: off, a Kompaz page's visible date begins with a bare comma. `feed_bytes` is the
    size budget of one feed answer (Blogger's is not known: 36 and 54 posts were seen where 150 were asked for),
    `feed_posts` its cap. `sitemap_posts` is the longest sitemap before it becomes an index (Blogger: 150).
    """

    blog_id: BloggerId
    title: str
    description: str
    domain: str
    theme: Literal["kompaz", "contempo"]
    language: Literal["id", "en"]
    zone: str
    feed: Literal["full", "summary", "jump", "none"] = "full"
    credit: str = ""
    date_header: bool = False
    home_posts: int = 7
    feed_bytes: int = 512 * 2**10
    feed_posts: int = 150
    sitemap_posts: int = 150
    traps: Traps = msgspec.field(default_factory=Traps)
    posts: list[Post] = []
    pages: list[Post] = []

    @classmethod
    def load(cls, folder: Path) -> Newsroom:
        """The newsroom kept in `folder`. Raises UsageProblem naming file and line of what cannot be used."""
        source = folder / "newsroom.toml"
        text = _read(source)
        newsroom = _converted(_toml(text, source, line=1), cls, source, text, line=1)
        try:
            ZoneInfo(newsroom.zone)
        except (ZoneInfoNotFoundError, ValueError):
            at = _line_of(text, "zone", line=1)
            raise UsageProblem(f"{source}:{at}: {newsroom.zone!r} is no IANA zone. Write Asia/Jakarta.") from None
        newsroom.posts = [read_post(path) for path in sorted((folder / "posts").glob("*.html"))]
        newsroom.check()
        return newsroom

    def check(self) -> None:
        """Raises UsageProblem where two posts or pages share an id or an address."""
        everything = [*self.posts, *self.pages]
        for what, keys in (
            ("post_id", [post.post_id for post in everything]),
            ("address", [self.path(post) for post in everything]),
        ):
            twice = [key for key, count in Counter(keys).items() if count > 1]
            if twice:
                raise UsageProblem(f"{self.domain}: two posts have the {what} {twice[0]}. Give one of them another.")

    def path(self, post: Post) -> str:
        """'/2026/03/slug.html': the month in the blog's own zone, as on the day the post first came out."""
        return post.permalink or f"/{self.local(post.published):%Y/%m}/{post.slug}.html"

    def local(self, moment: datetime) -> datetime:
        """The moment on the blog's own clock, daylight saving included."""
        return moment.astimezone(ZoneInfo(self.zone))

    def newest_first(self) -> list[Post]:
        """A snapshot of the posts, by publication, the newest first."""
        return sorted(self.posts, key=lambda post: post.published, reverse=True)


def read_post(path: Path) -> Post:
    """The post in one file. Raises UsageProblem naming the file and, where one is at fault, the line."""
    text = _read(path)
    opening, closing = text.partition("\n"), text.find(f"\n{FENCE}\n")
    if opening[0].strip() != FENCE or closing < 0:
        raise UsageProblem(f"{path}:1: no front matter. Begin with a line {FENCE}, TOML, and another line {FENCE}.")
    front = text[len(FENCE) + 1 : closing]
    fields = {**_toml(front, path, line=2), "body": text[closing + len(FENCE) + 2 :].strip()}
    return _converted(fields, Post, path, front, line=2)


def fixtures_dir() -> Path:
    """Where the project's own fixtures lie: beside the packages in a checkout, inside `scraper` once installed."""
    package = Path(__file__).resolve().parents[1]
    for candidate in (package.parent / "fixtures", package / "fixtures"):
        if (candidate / "newsrooms").is_dir():
            return candidate
    raise UsageProblem(f"No fixtures beside or in {package}. Reinstall Kliping, or name a newsroom folder yourself.")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path}: cannot be read as UTF-8 text ({error}).") from None


def _toml(text: str, path: Path, *, line: int) -> dict[str, Any]:
    """The table `text` holds; `line` is where in the file it starts, for the error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = TOML_PLACE.match(str(error))
        problem, at = (place[1], int(place[2])) if place else (str(error), 1 + text.count("\n"))
        raise UsageProblem(f"{path}:{line + at - 1}: {problem}. Correct the TOML.") from None


def _converted(fields: dict[str, Any], kind: type[T], path: Path, text: str, *, line: int) -> T:
    """The table as a struct. The error names the line of the key at fault, the first line where a key is missing.

    msgspec names it '… - at `$.expect.quotes[0].cue`' or '… field `title`'.
    """
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        keys = re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", str(error))))
        at = max((_line_of(text, key, line=line) for key in keys), default=1)
        raise UsageProblem(f"{path}:{at}: {error}. Correct the entry.") from None


def _line_of(text: str, key: str, *, line: int) -> int:
    """Line of the file where `key = …` stands in a text that begins on `line`; 1 where it stands nowhere."""
    found = re.search(rf"^{re.escape(key)}\s*=", text, re.MULTILINE)
    return line + text.count("\n", 0, found.start()) if found else 1
