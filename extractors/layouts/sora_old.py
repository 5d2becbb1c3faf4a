"""SoraTemplates, TemplatesYard and OmTemplates, older line (CleanMagazine, Basil, Espire, TechPro, Jupiter, Novelo).

Oddities: the weakest markers of all, shared in part with Google's designs; `abbr.published` holds an ISO time, the
owner's format or only a clock, by theme; a second byline, hidden by CSS, stands in the footer; author boxes are fixed
text; labels end in a comma or start with "# ".
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant, without_hash
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 60

LAYOUT = Layout(
    name="sora-old",
    since=date(2013, 1, 1),
    markers=(
        '[itemprop="name headline"]',
        "div[itemprop=blogPost]",
        ".label-head",
        "brc",
        ".post-meta",
        ".sora-author-box",
        ".ty-author-box",
    ),
    author=text(".post-author .fn") | text(".meta-author .fn"),
    labels=(texts(".label-head a") | texts(".post-labels a")).then(without_hash),
    published=attr(".post-timestamp abbr.published[title]", "title").then(as_instant)
    | attr(".post-date.published[datetime]", "datetime").then(as_instant),
)
