"""Pages made to break a reader: built, not found. Each is one thing in excess, in a Blogger page that looks right."""

from __future__ import annotations

from collections.abc import Callable

CONTEXT = (
    "<script>_WidgetManager._SetDataContext([{'name': 'blog', 'data': {'blogId': '1', 'pageType': 'item'}}]);</script>"
)
MEGABYTE = 2**20  # characters
STORY = "<p>Warga mengungsi ke balai desa, kata Lurah Sari Wulandari, Senin (2/3/2026). “Air naik cepat,” ujarnya.</p>"


def post(body: str, head: str = "") -> str:
    """A page whose post is this."""
    return (
        f"<!DOCTYPE html><html><head><title>Banjir</title>{CONTEXT}{head}</head><body>"
        f"<div class='widget Blog' id='Blog1'><h3 class='post-title'>Banjir</h3>"
        f"<div class='post-body'>{body}</div></div></body></html>"
    )


def filled(unit: str, size: int) -> str:
    return unit * (size // len(unit))


PAGES: dict[str, Callable[[], str]] = {
    "20 MB of story": lambda: post(filled(STORY, 20 * MEGABYTE)),
    "20 MB of script": lambda: post(STORY, f"<script>{filled('var a={};', 20 * MEGABYTE)}</script>"),
    "20 MB without a tag": lambda: post(filled("banjir ", 20 * MEGABYTE)),
    "20 MB of random-looking bytes": lambda: "<" + filled("\ufffd\x00\x1bK<\x7f&#", 20 * MEGABYTE),
    "10,000 nested elements": lambda: post("<div>" * 10_000 + "dasar"),
    "100,000 nested elements": lambda: post("<div>" * 100_000 + "dasar"),
    "20 MB of nested elements": lambda: post(filled("<div>", 20 * MEGABYTE) + "dasar"),
    "5,000 nested tables": lambda: post("<table><tr><td>" * 5_000 + "dasar"),
    "100,000 tags never opened": lambda: post("</div></p></b>" * 100_000 + STORY),
    "5,000 attributes": lambda: post(f"<p {' '.join(f'data-{n}=x' for n in range(5_000))}>{STORY}"),
    "100,000 attributes": lambda: post(f"<p {' '.join(f'data-{n}=x' for n in range(100_000))}>{STORY}"),
    "1 MB of class names": lambda: post(f"<p class='{filled('post-body ', MEGABYTE)}'>{STORY}"),
    "1 MB of straight quote marks": lambda: post(filled('"', MEGABYTE)),
    "1 MB of curly quote marks": lambda: post(filled("“”", MEGABYTE)),
    "1 MB of opening quote marks": lambda: post(filled("“Kami ", MEGABYTE)),
    "1 MB of short quotes": lambda: post(filled("<p>“Kami siap,” kata Sari.</p>", MEGABYTE)),
    "1 MB in one sentence": lambda: post(filled("dan Lurah Sari Wulandari ", MEGABYTE)),
    "1 MB of dates": lambda: post(filled("Senin (2/3/2026) ", MEGABYTE)),
    "1 MB of <br>": lambda: post(filled("a<br>", MEGABYTE)),
    "1 MB of links": lambda: post(filled("<a href='/2026/03/x.html'>Baca juga</a> ", MEGABYTE)),
    "1 MB of comment openings": lambda: post(STORY + filled("<!--", MEGABYTE)),
    "1 MB of spaces": lambda: post(STORY + filled(" ", MEGABYTE) + STORY),
    "1 MB of JSON-LD brackets": lambda: post(
        STORY, f"<script type='application/ld+json'>{filled('[', MEGABYTE)}</script>"
    ),
    "1 MB of JSON-LD comments": lambda: post(
        STORY, f"<script type='application/ld+json'>{filled('/*', MEGABYTE)}</script>"
    ),
    "10,000 JSON-LD scripts": lambda: post(
        STORY, '<script type=\'application/ld+json\'>{"@type":"Article"}</script>' * 10_000
    ),
    "1 MB of widget names": lambda: post(STORY + filled("<div class='widget Blog'>", MEGABYTE)),
}
