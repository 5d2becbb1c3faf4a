"""Lines of a body that are not its prose: captions no class marks, requests to the reader, verse kept as it stands."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from extractors.blocks import Blocks, read_blocks

PICTURE = "<a href='/s1600/a.jpg'><img src='/s640/a.jpg'></a>"
SEPARATOR = f"<div class='separator' style='clear: both; text-align: center;'>{PICTURE}</div>"


def blocks(html: str) -> Blocks:
    body = LexborHTMLParser(html).body
    assert body is not None
    return read_blocks(body, base_url="https://kabar.example/2026/03/x.html")


def captions(found: Blocks) -> list[str | None]:
    return [image.caption for image in found.images]


@pytest.mark.parametrize(
    "caption",
    [
        "Foto: Warga menyeberang dengan rakit",
        "Ket. foto : Warga menyeberang",
        "Keterangan gambar: warga menyeberang",
        "Warga menyeberang dengan rakit (Foto: Rina)",
        "Warga menyeberang dengan rakit. (Ist)",
        "Tanggul yang retak [Dok. Humas Pemda].",
    ],
)
def test_a_line_under_a_picture_that_calls_itself_its_caption_is_one(caption: str) -> None:
    """'Foto: …', 'Ket. foto', '(Dok. …)' right under a picture name its caption, in whatever block the line stands."""
    found = blocks(f"{SEPARATOR}<div><br></div><div>{caption}</div><p>Air naik sejak malam.</p>")

    assert (captions(found), found.paragraphs) == ([caption], ("Air naik sejak malam.",))


@pytest.mark.parametrize(
    "line",
    [
        "<br><i>Warga menyeberang dengan rakit</i>",
        "<br><small>Warga menyeberang dengan rakit</small>",
        "<br><span style='font-size: x-small;'>Warga menyeberang</span> <em>dengan rakit</em>",
        "<br><font size='1'>Warga menyeberang dengan rakit</font>",
    ],
)
def test_a_small_line_in_the_pictures_own_block_is_its_caption(line: str) -> None:
    """Italics or small print in the same block as the picture above it are its caption."""
    found = blocks(f"<div class='separator'>{PICTURE}{line}</div><p>Air naik sejak malam.</p>")

    assert (captions(found), found.paragraphs) == (["Warga menyeberang dengan rakit"], ("Air naik sejak malam.",))


@pytest.mark.parametrize(
    "html",
    [
        f"{SEPARATOR}<p>Air naik sejak malam.</p>",
        f"<div class='separator'>{PICTURE}<br>Air naik sejak malam.</div>",
        f"<div class='separator'>{PICTURE}<br><i>SERANG, Kabar.id – Air naik sejak malam.</i></div>",
        f"{SEPARATOR}<div style='text-align: center;'><i>Kisah sungai yang meluap tiap tahun</i></div>",
        f"<p><i>Air naik</i></p>{SEPARATOR}",
        f"<p>Air {PICTURE} <i>naik</i></p>",
        f"{SEPARATOR}<p>Foto-foto dari udara memperlihatkan lumpur.</p>",
        f"<p>{PICTURE}<i>{'Air naik sejak malam. ' * 20}</i></p>",
    ],
)
def test_whatever_may_be_the_story_is_no_caption(html: str) -> None:
    """Plain lines, a dateline in italics, a centred standfirst, words around a picture: all stay in the body."""
    found = blocks(html)

    assert captions(found) == [None]
    assert len(found.paragraphs) == 1


def test_a_credit_under_a_frame_is_no_paragraph() -> None:
    """A line that is all link to the host of the frame above it is that frame's credit; a link elsewhere is not."""
    frame = "<iframe src='https://player.vimeo.com/video/1'></iframe><br>"

    credit = blocks(f"{frame}<a href='https://vimeo.com/1'>Sungai dari udara</a><p>Air naik.</p>")
    other = blocks(f"{frame}<a href='https://arsip.example/1'>Sungai dari udara</a><p>Air naik.</p>")

    assert credit.paragraphs == ("Air naik.",)
    assert [(part.rule, part.text) for part in credit.removals] == [("embed-credit", "Sungai dari udara")]
    assert other.paragraphs == ("Sungai dari udara", "Air naik.")


HOME = "<a href='https://kabar.example/'>Kabar</a>"
STORY = "<p>Air naik sejak malam.</p><p>Warga mengungsi.</p>"


@pytest.mark.parametrize(
    "request_",
    [
        f"Jangan lupa membaca artikel lain di &gt; {HOME}.",
        f"Baca berita lainnya di {HOME}",
        "Ikuti berita terkini kami di saluran WhatsApp.",
        "Ikuti Kabar di Google News dan Instagram",
        f"👉 Follow us on {HOME}",
        f"To check out more stories, see {HOME}",
        "Subscribe to our newsletter.",
        "Yuk gabung di grup Telegram kami!",
    ],
)
def test_a_request_to_the_reader_at_an_edge_is_promotion(request_: str) -> None:
    """A line that asks the reader to follow, read or join is taken out at the top and at the end, on a single page."""
    found = blocks(f"<div>{request_}</div>{STORY}<p>{request_}</p>")

    assert found.paragraphs == ("Air naik sejak malam.", "Warga mengungsi.")
    assert [part.rule for part in found.removals] == ["promotion", "promotion"]


@pytest.mark.parametrize(
    "line",
    [
        "Ikuti arus sungai, kata warga, dan kau sampai di pasar.",
        "Jangan lupa membawa selimut ke pengungsian.",
        "“Ikuti kami di Instagram,” kata panitia.",
        "Follow the river and you reach the market.",
        "Dapatkan air bersih di balai desa.",
        "***",
    ],
)
def test_prose_that_begins_like_a_request_stays(line: str) -> None:
    """Neither a request without a link or a channel nor one that is quoted is promotion."""
    assert blocks(f"{STORY}<p>{line}</p>").paragraphs[-1] == line


def test_a_request_inside_a_story_goes_where_it_has_all_signs() -> None:
    """Between paragraphs, words that ask, a channel and a link together are promotion; any two of them prove nothing."""
    asked = f"<p>Ikuti kami di Instagram {HOME}</p>"

    assert len(blocks(f"{STORY}{asked}{STORY}").paragraphs) == 4
    for inside in (
        "<p>Ikuti kami di Instagram</p>",
        f"<p>Ikuti sidang di {HOME}</p>",
        f"<p>Foto di Instagram {HOME}</p>",
    ):
        assert len(blocks(f"{STORY}{inside}{STORY}").paragraphs) == 5


def test_a_post_that_is_one_request_stays() -> None:
    """A body never loses all its lines to the sieve of requests."""
    assert blocks(f"<p>Ikuti kami di Instagram {HOME}</p>").paragraphs == ("Ikuti kami di Instagram Kabar",)


def test_pictographs_go_with_what_they_point_at() -> None:
    """A hand above a removed link, and a line of thanks in emoji beside a request, go; an emoji in the story stays."""
    pointer = "<p>👇</p><p><a href='/2026/02/lama.html'>Tanggul lama jebol</a></p>"
    found = blocks(f"<p>Air naik 🌊.</p>{STORY * 3}{pointer}<p>Read more news at {HOME}</p><p>🙏 🙏 makasih</p>")

    assert found.paragraphs[0] == "Air naik 🌊."
    assert found.paragraphs[-1] == "Warga mengungsi."
    assert found.removals[0].text == "👇"


POEM = "Sungai pulang ke laut<br>Membawa nama desa<br>Yang tertulis di lumpur<br>Dan dibaca hujan"
LYRIC = "air turun lagi<br>jauh<br>ke hilir yang sepi<br>malam<br>tak ada yang tahu"


@pytest.mark.parametrize("poem", [POEM, LYRIC])
def test_the_lines_of_a_poem_stay_lines(poem: str) -> None:
    """A stanza is one paragraph with its line breaks; a blank line parts stanzas."""
    found = blocks(f"<p>Puisi itu:</p>{poem}<br><br>{poem}<p>Selesai.</p>")

    assert found.paragraphs == ("Puisi itu:", poem.replace("<br>", "\n"), poem.replace("<br>", "\n"), "Selesai.")


def test_prose_wrapped_by_hand_is_joined() -> None:
    """Lines of prose that go on in lower case, near one width, become one paragraph, however short they are."""
    wide = "Air sungai meluap sejak malam dan merendam tiga desa di<br>tepi kali besar itu, sehingga warga harus mengungsi ke<br>balai desa dan sekolah yang letaknya lebih tinggi daripada<br>rumah mereka."
    narrow = "Air sungai meluap sejak malam<br>dan merendam tiga desa di tepi<br>kali besar itu, sehingga warga<br>harus mengungsi ke balai desa."

    assert [len(blocks(html).paragraphs) for html in (wide, narrow)] == [1, 1]
    assert not any("\n" in blocks(html).paragraphs[0] for html in (wide, narrow))


def test_sentences_and_items_are_no_verse() -> None:
    """Whole sentences on lines of their own are paragraphs each, and so are the items of a list."""
    assert len(blocks("Air naik.<br>Warga pergi.<br>Hujan turun.<br>Malam tiba.").paragraphs) == 4
    assert len(blocks("Bantuan:<br>- beras<br>- gula<br>- selimut<br>- obat").paragraphs) == 5


def test_code_keeps_its_lines_and_indents() -> None:
    """Preformatted text is one paragraph as it was written."""
    assert blocks("<pre>if air > 2:\n    pergi()\nelse:\n    tunggu()</pre>").paragraphs == (
        "if air > 2:\n    pergi()\nelse:\n    tunggu()",
    )


def test_a_line_inside_a_link_around_a_frame_is_read() -> None:
    """A link that is still open around a frame leads where it leads, and costs no text."""
    assert blocks(
        "<a href='https://arsip.example/1'><div><iframe src='p'></iframe>Air<br></div></a>naik"
    ).paragraphs == ("Air", "naik")
