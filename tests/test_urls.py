"""Addresses: one canonical form, the site's name, the article's identity."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.urls import article_id, canonical, site_name


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("https://Www.Kabar.example/2026/03/banjir.html?m=1#komentar", "https://www.kabar.example/2026/03/banjir.html"),
        ("http://kabar.blogspot.co.id/2026/03/A-b.html", "http://kabar.blogspot.com/2026/03/A-b.html"),
        ("https://kabar.example:443/p/redaksi.html?utm_source=fb", "https://kabar.example/p/redaksi.html"),
        ("http://127.0.0.1:8123/2026/03/x.html?showComment=7", "http://127.0.0.1:8123/2026/03/x.html"),
        ("https://kabar.example", "https://kabar.example/"),
        ("https://kabar.example/cari?q=padi&fbclid=abc&m=0", "https://kabar.example/cari?q=padi"),
        ("bukan alamat", "bukan alamat"),
        ("http://kabar.example/ #atas", "http://kabar.example/"),
        ("http://[x/2026/03/y.html", "http://[x/2026/03/y.html"),
        ("http://kabar.example:99999/", "http://kabar.example:99999/"),
    ],
)
def test_every_way_to_write_an_address_has_one_canonical_form(written: str, wanted: str) -> None:
    """Query noise, fragments, default ports and country hosts fold away; the path's case and the scheme stay."""
    assert canonical(written) == wanted


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["http", "https"]), st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True), st.text(max_size=30))
def test_canonical_is_idempotent(scheme: str, host: str, rest: str) -> None:
    """The canonical form of a canonical address is itself."""
    once = canonical(f"{scheme}://{host}/{rest}")

    assert canonical(once) == once


def test_site_name_is_the_host_without_www() -> None:
    """A site is named by its host; a blogspot blog keeps its own name; an unusual port belongs to the name."""
    assert site_name("https://www.kabar.example/2026/03/x.html") == "kabar.example"
    assert site_name("https://muara.blogspot.co.id/") == "muara.blogspot.com"
    assert site_name("http://127.0.0.1:8123/") == "127.0.0.1:8123"
    assert site_name("") == ""


def test_an_article_is_identified_by_blog_and_post() -> None:
    """Ids of the platform identify a post; without them the canonical address does, whatever its scheme and www."""
    assert article_id("12", "34", "https://a.example/x") == "blogger:12:34"
    bare = article_id(None, None, "http://a.example/x")

    assert bare == article_id("12", None, "https://www.a.example/x#top")
    assert bare.startswith("url:")
    assert len(bare) == 20
