"""How a site says that its pages are not to be kept or mined, and how that is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.web.optout import content_signals, has_overlay, header_signals, meta_signals

NOARCHIVE = ("meta robots: noarchive",)


@pytest.mark.parametrize(
    ("tag", "signals"),
    [
        ("<meta name='robots' content='noarchive'/>", NOARCHIVE),
        ("<meta content='index, NOARCHIVE' name='ROBOTS'>", NOARCHIVE),  # Blogger writes content first
        ("<META NAME=robots CONTENT=noarchive>", NOARCHIVE),
        ('<meta name="kliping" content="noarchive">', ("meta kliping: noarchive",)),
        ('<meta name="googlebot" content="noarchive">', ()),  # meant for another
        ("<meta name='robots' content='noindex, nofollow'/>", ()),  # says nothing of keeping
        ("<meta name='robots' content='noarchived'/>", ()),
        ("<meta name='description' content='noarchive'/>", ()),
        ("<p>noarchive</p>", ()),
        ('<meta name="tdm-reservation" content="1">', ("meta tdm-reservation: 1",)),
        ('<meta name="tdm-reservation" content="0">', ()),
    ],
)
def test_a_page_says_so_in_its_tags(tag: str, signals: tuple[str, ...]) -> None:
    """A robots <meta> for all or for us, and a TDM reservation, in any way of writing them."""
    assert meta_signals(f"<html><head>{tag}</head><body></body></html>") == signals


@pytest.mark.parametrize(
    ("name", "value", "signals"),
    [
        ("x-robots-tag", "noarchive", ("x-robots-tag: noarchive",)),
        ("x-robots-tag", "noindex, noarchive", ("x-robots-tag: noarchive",)),
        ("x-robots-tag", "kliping: noarchive", ("x-robots-tag: noarchive",)),
        ("x-robots-tag", "googlebot: noarchive", ()),
        ("x-robots-tag", "unavailable_after: 25 Jun 2030 15:00:00 WIB, noarchive", ("x-robots-tag: noarchive",)),
        ("x-robots-tag", "noindex", ()),
        ("tdm-reservation", " 1 ", ("tdm-reservation: 1",)),
        ("tdm-reservation", "0", ()),
        ("x-other", "noarchive", ()),
    ],
)
def test_an_answer_says_so_in_its_headers(name: str, value: str, signals: tuple[str, ...]) -> None:
    """X-Robots-Tag for all or for us, and a TDM reservation."""
    assert header_signals([("content-type", "text/html"), (name, value)]) == signals


@pytest.mark.parametrize(
    ("robots", "signals"),
    [
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", ("content-signal: ai-train=no",)),
        ("User-Agent: *\nContent-signal: ai-input=NO,search=no", ("content-signal: ai-input=no", "content-signal: search=no")),
        ("User-agent: *\nContent-Signal: search=yes, ai-train=yes", ()),
        ("User-agent: other\nContent-Signal: ai-train=no\n\nUser-agent: *\nAllow: /", ()),
        ("User-agent: *\nContent-Signal: ai-train=no\n\nUser-agent: kliping\nAllow: /", ()),  # our own group counts
        ("User-agent: other\nUser-agent: Kliping\nContent-Signal: ai-train=no", ("content-signal: ai-train=no",)),
        ("User-agent: *\n# Content-Signal: ai-train=no\nAllow: /", ()),
        ("Content-Signal: ai-train=no", ()),  # belongs to no group
        ("", ()),
    ],
)  # fmt: skip
def test_robots_says_so_by_content_signals(robots: str, signals: tuple[str, ...]) -> None:
    """The Content-Signal lines of the group for us, else of the group for all, name what is denied."""
    assert content_signals(robots, "kliping") == signals


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>meta robots='\"noarchive-:=, /\n", max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    """Whatever stands in a page, a header or a robots.txt, the answer is a sorted tuple of known signals."""
    known = ("meta robots: noarchive", "meta kliping: noarchive", "x-robots-tag: noarchive")
    assert set(meta_signals(text)) <= set(known)
    assert set(header_signals([("x-robots-tag", text)])) <= set(known)
    assert content_signals(text, "kliping") == ()


def test_a_page_of_tags_without_end_is_read_in_no_time() -> None:
    """Half a megabyte of unfinished tags and attributes costs no more than reading it once."""
    for flood in ("<meta name='robots' ", "<meta ", "name='", "a=" * 3, "<meta " + "a" * 900):
        meta_signals("noarchive" + flood * (500_000 // len(flood)))


def test_bloggers_content_warning_is_told_from_a_page_that_speaks_of_one() -> None:
    """The injected frame over a post is an overlay; a link to the warning is none."""
    frame = "<iframe id='injected-iframe' src='https://www.blogger.com/interstitial/blog?u=x'></iframe>"
    assert has_overlay(f"<body>{frame}<p>isi</p></body>")
    assert not has_overlay("<a href='https://www.blogger.com/interstitial/blog?u=x'>peringatan</a>")
