"""The window as a person meets it: drawn, read, searched, walked by keyboard, on a phone, in the dark, and unharmed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from scraper.archive.store import Archive
from tests.browser import chromium
from tests.newsdesk import HOSTILE, HOSTILE_SLUG, build

try:
    import datasette  # noqa: F401
    from axe_playwright_python.sync_playwright import Axe
except ImportError as error:
    chromium.absent(f"{error.name} is not installed")
if chromium.program() is None:
    chromium.absent("There is no Chromium on this machine")

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
LEAST_CONTRAST = 4.5  # WCAG AA for text


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("desk") / "desk.db")


@pytest.fixture(scope="module")
def served(desk: Path) -> Iterator[str]:
    with chromium.serving(desk) as address:
        yield address


@pytest.fixture(scope="module")
def browser(served: str) -> Iterator[Any]:
    """Launched once the archive is there: beside a running Playwright no other event loop can run in this thread."""
    with chromium.launched() as launched:
        yield launched


class Watch:
    """A page, and all that must not happen on one: errors, refusals by the policy, requests that leave the window."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.troubles: list[str] = []
        page.on("console", lambda message: self._note(message.type in {"error", "warning"}, message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", lambda asked: self._note(not asked.url.startswith((address, "data:")), f"asked {asked.url}"))
        page.on("dialog", lambda dialog: (self._note(True, "a dialog"), dialog.dismiss()))

    def go(self, path: str) -> Any:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def _note(self, bad: bool, told: str) -> None:
        if bad:
            self.troubles.append(f"{self.page.url}: {told}")


@pytest.fixture
def watch(browser: Any, served: str, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """A desktop page in English by default; a test's parameters change the context."""
    options = {"viewport": DESKTOP, "locale": "en-GB"} | getattr(request, "param", {})
    context = browser.new_context(**options)
    watched = Watch(context.new_page(), served)
    yield watched
    context.close()
    assert watched.troubles == []


def one(desk: Path, sql: str) -> str:
    with Archive.open(desk, readonly=True) as archive:
        return str(archive.db.conn.execute(sql).fetchone()[0])


def edited(desk: Path) -> str:
    return "/article/" + quote(one(desk, "SELECT article FROM revisions WHERE silent = 1"))


def every_page(desk: Path) -> list[str]:
    person = one(desk, "SELECT person FROM quotes WHERE person IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC")
    site = one(desk, "SELECT site FROM articles GROUP BY 1 ORDER BY count(*) DESC")
    origin = one(desk, "SELECT origin FROM press_releases")
    pages = ["/", edited(desk), f"/person/{quote(person)}", f"/site/{quote(site)}", f"/release/{quote(origin)}"]
    pages += ["/people", "/sites", "/releases", "/questions", "/about", "/search?q=banjir", "/search"]
    return [
        *pages,
        "/desk",
        "/desk/articles",
        "/desk/quotes",
        "/desk/silent_edits",
        "/desk?sql=select+site+from+articles",
    ]


UNREADABLE = """() => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = element => { for (let e = element; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c.length && (c.length < 4 || c[3] > 0.5)) return c; } return [255, 255, 255]; };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility({visibilityProperty: true}) || e.closest('.unseen, .skip, option, svg, details:not([open]), .who')) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(paper(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < LEAST) found.push(`${ratio.toFixed(2)} ${e.tagName}.${e.className}: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return [...new Set(found)].slice(0, 10);
}""".replace("LEAST", str(LEAST_CONTRAST))

UNNAMED = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, [role=img], [role=region]')]
  .filter(e => e.checkVisibility() && !(e.textContent.trim() || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
    || e.value || (e.labels && e.labels.length)))
  .map(e => e.outerHTML.slice(0, 100))"""

SERIOUS = {"serious", "critical"}

STRUCTURE = """() => ({h1: document.querySelectorAll('h1').length, main: document.querySelectorAll('main').length,
  lang: document.documentElement.lang, ids: [...document.querySelectorAll('[id]')].map(e => e.id)
    .filter((id, at, all) => all.indexOf(id) !== at),
  wide: document.documentElement.scrollWidth > innerWidth})"""

LOOKS = [
    {"viewport": size, "color_scheme": scheme, "locale": locale}
    for size, scheme, locale in ((DESKTOP, "light", "en-GB"), (PHONE, "dark", "id-ID"), (DESKTOP, "dark", "id-ID"))
]


@pytest.mark.parametrize("watch", LOOKS, ids=["desktop-light", "phone-dark", "desktop-dark"], indirect=True)
def test_every_page_is_readable_and_in_order(watch: Watch, desk: Path) -> None:
    """On desktop and phone, by light and dark: contrast of AA, one heading, every control named, nothing cut off at the
    side, nothing loaded from elsewhere, no error.
    """
    for path in every_page(desk):
        page = watch.go(path)
        assert page.evaluate(UNREADABLE) == [], path
        if not path.startswith("/desk/"):  # Datasette's own table page has fields without a label
            assert page.evaluate(UNNAMED) == [], path
        found = page.evaluate(STRUCTURE)
        assert (found["h1"], found["main"], found["ids"], found["wide"]) == (1, 1, [], False), path
        assert found["lang"] in {"id", "en"}


@pytest.mark.parametrize("watch", LOOKS[:2], ids=["desktop-light", "phone-dark"], indirect=True)
def test_axe_finds_nothing_serious(watch: Watch, desk: Path) -> None:
    """axe-core's rules of WCAG A and AA find nothing serious or critical on a page of ours."""
    for path in every_page(desk):
        if path.startswith("/desk/"):
            continue
        found = Axe().run(watch.go(path)).response["violations"]
        told = [
            f"{one['id']}: {one['nodes'][0]['html'][:120]} ({one['help']})" for one in found if one["impact"] in SERIOUS
        ]
        assert told == [], path


def test_charts_are_drawn(watch: Watch) -> None:
    """The front page's plots have marks with a height, each with its numbers as text, and lead to SQL and CSV."""
    page = watch.go("/")
    marks = page.locator("svg.bars rect.mark")
    assert marks.count() > 5
    boxes = [marks.nth(number).bounding_box() for number in range(marks.count())]
    assert all(box["height"] > 0 and box["width"] > 1 for box in boxes)
    assert "Kabar Muara: 1" in marks.first.locator("title").text_content()
    with page.expect_download() as csv:
        page.evaluate("location.href = document.querySelector('figure a[href$=\".csv\"]').href + '?_dl=1'")
    assert csv.value.suggested_filename.endswith(".csv")


def test_a_quote_names_its_speaker_when_pointed_at_or_reached_by_keyboard(watch: Watch, desk: Path) -> None:
    """The speaker shows on hover and on focus, and is hidden otherwise."""
    page = watch.go(edited(desk))
    quote_, who = page.locator("mark.quote").first, page.locator("mark.quote .who").first
    assert not who.is_visible()
    quote_.hover()
    assert who.is_visible()
    page.mouse.move(0, 0)
    assert not who.is_visible()
    quote_.focus()
    assert who.is_visible()
    assert "sure" in who.inner_text()


@pytest.mark.parametrize("watch", [LOOKS[1]], ids=["phone"], indirect=True)
def test_a_speaker_fits_a_phone(watch: Watch, desk: Path) -> None:
    """Wherever a quote begins, who speaks stands within the screen, and the page does not grow wider."""
    page = watch.go(edited(desk))
    for number in range(page.locator("mark.quote").count()):
        page.locator("mark.quote").nth(number).focus()
        box = page.locator("mark.quote .who").nth(number).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    assert not page.evaluate(STRUCTURE)["wide"]


def test_a_revision_is_shown_word_by_word_and_evidence_on_demand(watch: Watch, desk: Path) -> None:
    """What was taken out and put in stands in del and ins; evidence and removals open when asked."""
    page = watch.go(edited(desk))
    assert "Diduga" in page.locator(".diff ins").first.inner_text()
    assert page.locator(".diff del").count() > 0
    table = page.locator("details.receipts table")
    assert not table.is_visible()
    page.get_by_text("Evidence", exact=True).click()
    assert table.is_visible()
    assert "entry.published" in table.inner_text()


def test_a_search_leads_to_an_article(watch: Watch) -> None:
    """Typed into the masthead, words give hits with marked snippets; a filter narrows them; a hit opens its article."""
    page = watch.go("/")
    page.get_by_role("search").get_by_role("searchbox").fill("banjir")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=banjir")
    assert page.locator(".hits li").count() == 2
    assert page.locator(".hits mark").count() > 0
    page.get_by_label("Newsroom").select_option(label="Gema Pesisir")
    page.locator("form.filter button").click()
    assert page.locator(".hits li").count() == 1
    page.locator(".hits h3 a").click()
    assert "/article/" in page.url
    assert page.locator("mark.quote").count() > 0


def test_the_window_can_be_walked_by_keyboard(watch: Watch) -> None:
    """Tab first meets the way past the navigation, then every link in order, each with a ring that can be seen."""
    page = watch.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.reload()
    names = []
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", names
    assert names[1:8] == ["Kliping", "Latest", "People", "Newsrooms", "Shared texts", "Questions", "Data & SQL"]


def test_a_capture_is_saved_and_not_shown(watch: Watch, desk: Path) -> None:
    """The page as captured becomes a file on the disk; the window stays where it was."""
    page = watch.go(edited(desk))
    with page.expect_download() as saved:
        page.get_by_text("Page as captured").click()
    assert saved.value.suggested_filename.endswith(".html.txt")
    assert "/article/" in page.url


def test_hostile_text_stays_inert(watch: Watch, desk: Path) -> None:
    """Titles, labels, quotes and links made to break a page are letters on it: no script runs, no frame opens."""
    for number, text in enumerate(HOSTILE):
        path = quote(one(desk, f"SELECT id FROM articles WHERE url LIKE '%{HOSTILE_SLUG}-{number}.html'"))
        page = watch.go(f"/article/{path}")
        assert text in page.locator("h1").inner_text()
        assert page.title().startswith("Judul")
        assert page.locator("iframe, article img, script").count() == 0
        assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0
        page.locator("mark.quote").first.hover()
    for path in ("/", "/search?q=document", "/desk/articles?_search=judul", "/desk/labels", "/desk/links"):
        page = watch.go(path)
        assert "broken" not in page.title(), path
        assert page.locator("iframe, main img").count() == 0, path
        assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0, path


def test_facets_and_typed_sql_work_without_a_script_in_the_page(watch: Watch) -> None:
    """A facet narrows a table, a column's menu opens, SQL that is typed answers."""
    page = watch.go("/desk/quotes")
    page.locator(".facet-info a", has_text="indirect").first.click()
    assert "kind=indirect" in page.url
    page.locator("svg.dropdown-menu-icon").first.click()
    assert page.get_by_text("Sort descending").first.is_visible()
    watch.go("/desk")
    page.locator("#sql").fill("SELECT count(*) AS quotes FROM quotes")
    page.get_by_role("button", name="Run").click()
    assert int(page.locator("td.col-quotes").inner_text()) > 100


def test_the_language_can_be_changed(watch: Watch) -> None:
    """The foot's link turns the page to Indonesian, and the next page stays so."""
    page = watch.go("/people")
    page.get_by_text("Bahasa Indonesia").click()
    assert page.locator("h1").inner_text() == "Tokoh"
    page.get_by_role("link", name="Redaksi", exact=True).click()
    assert page.locator("h1").inner_text() == "Redaksi"
