"""The platform's own data, read from raw text: data context and JSON-LD as real pages carry them."""

from __future__ import annotations

from extractors.context import read_context, unescape
from extractors.linked_data import articles_of, string

HIDDEN = r"""<!--<head><script>_WidgetManager._SetDataContext([{'name': 'blog', 'data': {'blogId': '8124391275523417093',
'title': 'Kabar \x22Muara\x22', 'url': 'https://kabar.example/2026/03/x.html', 'canonicalUrl':
'https://kabar.example/2026/03/x.html', 'locale': 'id', 'pageType': 'item', 'postId': '2891175648192837465',
'pageName': 'Banjir \x26 Longsor'}}, {'name': 'view', 'data': {'postId': 77777777777, 'isError': false}}]);</script>-->"""


def test_a_context_hidden_in_a_comment_is_read() -> None:
    """Themes hide the data context in HTML comments; it is read all the same, ids as strings, first mention wins."""
    context = read_context(HIDDEN)

    assert context.present
    assert (context.blog_id, context.post_id) == ("8124391275523417093", "2891175648192837465")
    assert (context.page_type, context.locale, context.error) == ("item", "id", False)
    assert context.page_name == "Banjir & Longsor"
    assert context.blog_title == 'Kabar "Muara"'


def test_an_error_page_says_so() -> None:
    """The page type error_page, or isError, marks the themed 404, whatever its status was."""
    assert read_context("_SetDataContext([{'data': {'pageType': 'error_page'}}])").error
    assert read_context("_SetDataContext([{'data': {'isError': true}}])").error


def test_ids_come_from_platform_links_where_the_context_is_missing() -> None:
    """Without a data context the blog id is taken from the service links and the post id from the comment feed's."""
    html = "<a href='https://www.blogger.com/comment.g?blogID=123456789&amp;postID=5'></a> /feeds/987654321/comments/default"

    context = read_context(html)

    assert not context.present
    assert (context.blog_id, context.post_id) == ("123456789", "987654321")


def test_a_page_of_another_system_has_no_context() -> None:
    """An ordinary page yields an empty context."""
    assert read_context("<html><p>Halo</p></html>").blog_id is None


def test_javascript_escapes_are_decoded_not_evaluated() -> None:
    r"""\x3d, \u003c, \n and \' become the characters they stand for."""
    assert unescape(r"a\x3db \u003ci\u003e \'x\' \\ c\nd") == "a=b <i> 'x' \\ c\nd"


def test_halves_of_an_emoji_are_mended() -> None:
    """Surrogate pairs of escapes become their character, a lone half becomes U+FFFD, so that all text can be written."""
    assert unescape(r"\ud83d\ude00") == "\U0001f600"
    (item,) = articles_of(['{"@type": "BlogPosting", "headline": "Banjir \\ud83d"}'])

    assert string(item["headline"]) == "Banjir \ufffd"


def test_broken_linked_data_is_read_for_what_it_holds() -> None:
    """Comments, trailing commas, raw newlines and graphs do not hide a page's article; other types are left out."""
    scripts = [
        '{"@type": "BreadcrumbList"}',
        '/* theme */ {"@type": "NewsArticle", // who\n "headline": "Satu\ndua", "url": "https://kabar.example/a", }',
        '{"@graph": [{"@type": ["Thing", "BlogPosting"], "headline": "tiga"}]}',
        "{not json at all",
    ]

    found = articles_of(scripts)

    assert [item["headline"] for item in found] == ["Satu\ndua", "tiga"]
    assert found[0]["url"] == "https://kabar.example/a"


def test_a_placeholder_is_no_value() -> None:
    """What Blogger prints for a datum it lacks is nothing; a person's name is taken from an object or a list."""
    assert string("<!--Can't find substitution for tag [post.date.iso8601]-->") is None
    assert string([{"@type": "Person", "name": " Rina "}]) == "Rina"
    assert string(7) is None
