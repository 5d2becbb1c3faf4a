"""An archive with all that the analysts' window shows: crawled twice from three invented newsrooms, edited between."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import msgspec

from scraper.archive import syndication
from scraper.archive.store import Archive
from scraper.crawl import Crawl
from scraper.newsrooms import add_sites
from scraper.standin import Newsroom, StandIn
from scraper.standin.newsroom import Post
from scraper.standin.site import Answer, Site
from tests.crawled import FIXTURES, SETTINGS

HOSTILE = (
    "<script>document.title='broken'</script>",
    '"><img src=x onerror="document.title=\'broken\'">',
    "<svg/onload=document.title='broken'>",
    "';document.title='broken';//",
    "<a href=\"javascript:document.title='broken'\">baca</a>",
    "{{ 7 * 7 }}{% raw %}",
    "</title></style></textarea><iframe src='javascript:top.document.title=1'></iframe>",
)
"""What must stay text wherever it is shown. Each would change the page's title, were it run."""

COPIES = 3  # texts of the first newsroom that the third prints too
OPTED_OUT = "nelayan-serindit-menolak-arsip"
CHILD = "anak-selamat-dari-hanyut"
HOSTILE_SLUG = "judul-yang-jahat"


class NoArchive(Site, frozen=True):
    """A site of which one post asks not to be archived."""

    def answer(self, target: str) -> Answer:
        given = super().answer(target)
        if OPTED_OUT not in target:
            return given
        return msgspec.structs.replace(given, headers=(*given.headers, ("X-Robots-Tag", "noarchive")))


def build(path: Path, *, hostile: bool = True) -> Path:
    """The archive, made at that path; with posts made to break a page, unless it is for people to look at."""
    kabar, harbor, gema = _rooms(HOSTILE if hostile else ())
    with ExitStack() as stack:
        standins = [
            stack.enter_context(standin) for standin in (StandIn(kabar, site=NoArchive), StandIn(harbor), StandIn(gema))
        ]
        archive = stack.enter_context(Archive.open(path, create=True))
        asyncio.run(_add(archive, [standin.url for standin in standins]))
        asyncio.run(_crawl(archive))
        _edit(kabar)
        asyncio.run(_crawl(archive))
        with archive.writing():
            syndication.update(archive)
    return path


async def _add(archive: Archive, addresses: list[str]) -> None:
    for added in await add_sites(archive, addresses, SETTINGS, delay=0, allow_loopback=True):
        assert added.site is not None, added.error


async def _crawl(archive: Archive) -> None:
    with archive.writing():
        async for _ in Crawl(archive, SETTINGS, full=True).outcomes(archive.sites()):
            pass


def _rooms(hostile: tuple[str, ...]) -> tuple[Newsroom, Newsroom, Newsroom]:
    kabar, harbor = (Newsroom.load(FIXTURES / domain) for domain in ("kabarmuara.example", "harborcourier.example"))
    del harbor.posts[10:]
    del kabar.posts[16:]
    newest = kabar.newest_first()
    gema = msgspec.structs.replace(
        kabar, blog_id="5111222233334444555", title="Gema Pesisir", domain="gemapesisir.example", pages=[]
    )
    gema.posts = [_copy(number, post) for number, post in enumerate(newest[:COPIES])]
    gema.posts += [_hostile(number, text, newest[0]) for number, text in enumerate(hostile)]
    kabar.posts += [_opted_out(newest[0]), _child(newest[0])]
    return kabar, harbor, gema


def _copy(number: int, post: Post) -> Post:
    own = "Redaksi Gema Pesisir mendatangi lokasi pada hari yang sama dan menemukan keadaan serupa.<br /><br />"
    return msgspec.structs.replace(
        post,
        post_id=f"77000000000000{number:03d}",
        title=f"{post.title}, Begini Ceritanya",
        published=post.published + timedelta(hours=5),
        updated=post.updated + timedelta(hours=5),
        body=own + post.body.replace("KabarMuara.example", "GemaPesisir.example"),
        expect=None,
    )


def _hostile(number: int, text: str, near: Post) -> Post:
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    said = f"“Kami tidak takut {shown} kepada siapa pun,” kata Camat Teluk Bayan {shown[:60]} Rusdi Anwar."
    return msgspec.structs.replace(
        near,
        slug=f"{HOSTILE_SLUG}-{number}",
        post_id=f"78000000000000{number:03d}",
        title=f"Judul {text}",
        labels=(text[:60],),
        author=text,
        published=near.published + timedelta(minutes=number),
        updated=near.published + timedelta(minutes=number),
        body=f"TELUK BAYAN,GemaPesisir.example||Warga membaca {shown} di papan pengumuman, Kamis.<br /><br />{said}<br />"
        f'<br /><a href="javascript:alert({number})">tautan</a> <img src="javascript:alert(1)" alt="{shown}"><br />'
        f"Papan itu dipasang di depan balai desa sejak pekan lalu, tanpa keterangan siapa pemasangnya.",
        expect=None,
    )


def _opted_out(near: Post) -> Post:
    return msgspec.structs.replace(
        near,
        slug=OPTED_OUT,
        post_id="7900000000000001",
        title="Nelayan Serindit Menolak Diarsipkan",
        labels=("Rahasia Dapur",),
        body="KUALA SERINDIT,KabarMuara.example||Nelayan Kuala Serindit menyampaikan keberatan mereka, Jumat.<br /><br />"
        "“Cerita kami bukan untuk disimpan orang,” kata Ketua Kelompok Nelayan Hamdan Sulaiman.<br /><br />"
        "Pernyataan itu dibacakan di dermaga lama tanpa pengeras suara.",
        expect=None,
    )


def _child(near: Post) -> Post:
    return msgspec.structs.replace(
        near,
        slug=CHILD,
        post_id="7900000000000002",
        title="Bocah Selamat dari Arus Sungai",
        labels=("Peristiwa",),
        body="RANTAU SEKAPUR,KabarMuara.example||Seorang bocah selamat setelah hanyut di sungai, Sabtu.<br /><br />"
        "“Saya pegang batang pisang terus,” kata Rafiandi (9), yang hanyut sejauh dua kilometer.<br /><br />"
        "“Anak itu tenang sekali,” kata Kepala Desa Rantau Sekapur Burhan Saleh.",
        expect=None,
    )


def _edit(kabar: Newsroom) -> None:
    """What the newsroom does between the two crawls: silently, openly, and by taking a post off."""
    posts = {post.slug: at for at, post in enumerate(kabar.posts)}
    silent, told, gone = sorted(slug for slug in posts if slug not in {OPTED_OUT, CHILD})[:3]
    was = kabar.posts[posts[silent]]
    kabar.posts[posts[silent]] = msgspec.structs.replace(
        was,
        title=f"Diduga {was.title}",
        body=was.body.replace("1.340", "340").replace("Air naik sangat cepat", "Air naik agak cepat")
        + "<br /><br />Pemerintah kabupaten belum memberi keterangan lain.",
    )
    was = kabar.posts[posts[told]]
    kabar.posts[posts[told]] = msgspec.structs.replace(
        was,
        updated=was.updated + timedelta(days=1),
        body=was.body + "<br /><br />Ralat: nama jalan semula ditulis keliru.",
    )
    del kabar.posts[posts[gone]]
