"""The source of a site module, as far as a newsroom's newest posts tell it: themes, zone, language, dateline style.

What it writes is a draft for `extractors/sites/`: short, complete, to be read and corrected by a person.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from extractors import Article
from extractors.prose.dateline import Style, find_dateline
from extractors.whitespace import fold
from scraper.recording import domain_of

if TYPE_CHECKING:
    from scraper.archive.store import Site
    from scraper.survey import Survey

OFTEN = 2  # posts on which a separator or an outlet must stand to be the newsroom's habit
HEAD = 120  # characters of a body in which a dateline may stand, as in extractors.prose.dateline
WIDTH = 120  # columns of a line
NAME = 60  # characters of a site's title that are kept; some blogs put a slogan there
LANGUAGES = {"id": "Indonesian", "en": "English", "ms": "Malay", "jv": "Javanese", "su": "Sundanese"}
MARK = re.compile(r"[^\w\s.,()\[\]]{1,6}(?=\s*$)")  # what ends a dateline, before white space
FOLLOWING = re.compile(r"[\s.,)\]]{0,4}([^\w\s.,()\[\]\"“”‘’']{1,6})(?=\s)")  # what stands behind an outlet's name
QUOTES = '"""'
UNKNOWN_ZONE = 'zone="UTC",  # the feed does not tell it: state the real one'
T = TypeVar("T")


def site_module(site: Site, found: Survey) -> str:
    """Python source of the site's module: a docstring of what was seen, and `SITE`, registered."""
    domain, articles = domain_of(site.url), found.articles
    name = fold(site.title or domain)[:NAME].strip()
    language = _commonest((article.language for article in articles), least=1) or site.language or "id"
    style = learn_style(articles, names=(name, domain, domain.partition(".")[0]))
    layouts = [theme.replace("-", "_") for theme in found.known]
    lines = [
        _docstring(_told(f"{name} ({domain})", language, found)),
        "",
        "from __future__ import annotations",
        "",
        "from extractors.layout import Site",
        *([f"from extractors.layouts import {', '.join(sorted(layouts))}"] if layouts else ()),
        *(["from extractors.prose import dateline"] if style else ()),
        "from extractors.registry import register",
        "",
        "SITE = register(",
        "    Site(",
        f"        domain={_quoted(domain)},",
        f"        name={_quoted(name)},",
        f"        language={_quoted(language)},",
        f"        zone={_quoted(site.zone)}," if site.zone else f"        {UNKNOWN_ZONE}",
        *([f"        layouts={_tuple(f'{module}.LAYOUT' for module in layouts)},"] if layouts else ()),
        *([f"        dateline={_style(style)},"] if style else ()),
        "    )",
        ")",
        "",
    ]
    return "\n".join(lines)


def module_path(url: str) -> str:
    """'extractors/sites/example_com.py': where the module of a site belongs. One that begins with a digit is prefixed:
    it could not be imported by name.
    """
    name = re.sub(r"[^a-z0-9]+", "_", domain_of(url))
    return f"extractors/sites/{'site_' if name[:1].isdigit() else ''}{name}.py"


def learn_style(articles: Sequence[Article], names: Iterable[str]) -> Style | None:
    """The separators and the outlet that recur in the datelines; None where nothing does, or where the style would find
    fewer of them than the common rules do. Where no dateline names an outlet it is looked for under `names`, the site's
    own, at the head of the stories: so a manner of writing is learnt that no rule knows.
    """
    names = tuple(names)
    outlet = _commonest(article.dateline.outlet if article.dateline else None for article in articles)
    outlet = outlet or _commonest(_named(_whole(article), names) for article in articles)
    marks = Counter(mark for article in articles if (mark := _mark(article, outlet)))
    separators = tuple(mark for mark, count in marks.most_common() if count >= OFTEN)
    if not separators and outlet is None:
        return None
    style = Style(separators=separators, outlet=outlet)
    texts = [_whole(article) for article in articles]
    return style if _finds(texts, style) >= _finds(texts, Style()) else None


def _finds(texts: Iterable[str], style: Style) -> int:
    return sum(find_dateline(text, style) is not None for text in texts)


def _whole(article: Article) -> str:
    """The body with its dateline back in place."""
    line = article.dateline
    return article.body if line is None else article.body[: line.at] + line.raw + article.body[line.at :]


def _named(text: str, names: Iterable[str]) -> str | None:
    """The first of the names that stands in the head with a mark behind it, as it is written there."""
    for name in names:
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text[:HEAD], re.IGNORECASE)
        if found and FOLLOWING.match(text, found.end()):
            return found[0]
    return None


def _mark(article: Article, outlet: str | None) -> str | None:
    """The separator that ends the article's dateline, or that stands behind the outlet where the dateline lacks it."""
    line, text = article.dateline, _whole(article)
    if line is not None and (outlet is None or outlet in line.raw):
        ending = MARK.search(line.raw.rstrip())
        return ending[0] if ending else None
    at = text.find(outlet, 0, HEAD) if outlet else -1
    following = FOLLOWING.match(text, at + len(outlet or "")) if at >= 0 else None
    return following[1] if following else None


def _commonest(values: Iterable[T | None], *, least: int = OFTEN) -> T | None:
    """The most frequent value, if it stands often enough."""
    counts = Counter(value for value in values if value is not None)
    return next((value for value, count in counts.most_common(1) if count >= least), None)


def _told(outlet: str, language: str, found: Survey) -> tuple[str, str]:
    """What the docstring says: outlet, language and theme; then dateline, end mark, where the time comes from."""
    theme = f"{', '.join(found.known)} theme" if found.known else "theme not recognised: Blogger's defaults are used"
    example = next((article.dateline.raw for article in found.articles if article.dateline), None)
    mark = _commonest(article.end_mark for article in found.articles)
    habits = [
        *([f"Datelines: '{fold(example)} '."] if example else ()),
        *([f"Ends with '{mark}'."] if mark else ()),
        *(advice[0].upper() + advice[1:] for advice in found.advice if advice.startswith("published")),
        f"Drafted from {len(found.articles)} posts.",
    ]
    return f"{outlet}: {LANGUAGES.get(language, language)}, {theme}.", " ".join(habits)


def _docstring(paragraphs: Iterable[str]) -> str:
    """The paragraphs as a module's docstring, without the characters that could end it: the words come from the web."""
    safe = ("".join(filter(_is_plain, paragraph)) for paragraph in paragraphs)
    filled = (textwrap.fill(paragraph, WIDTH - len(QUOTES), break_on_hyphens=False) for paragraph in safe)
    return QUOTES + "\n\n".join(filled) + f"\n{QUOTES}"


def _is_plain(character: str) -> bool:
    return character.isprintable() and character not in '"\\'


def _style(style: Style) -> str:
    arguments = []
    if style.separators:
        arguments.append(f"separators={_tuple(map(_quoted, style.separators))}")
    if style.outlet:
        arguments.append(f"outlet={_quoted(style.outlet)}")
    return f"dateline.style({', '.join(arguments)})"


def _tuple(items: Iterable[str]) -> str:
    told = list(items)
    return f"({told[0]},)" if len(told) == 1 else f"({', '.join(told)})"


def _quoted(text: str) -> str:
    """A Python string literal, in double quotes where that costs no escape."""
    literal = repr(text)
    return literal if '"' in literal else f'"{literal[1:-1]}"'
