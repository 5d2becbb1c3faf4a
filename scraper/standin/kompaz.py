"""Pages as the Kompaz theme of many Indonesian newsrooms leaves them, with the oddities that trap a reader.

Blogger's own head and the end of its body stand inside HTML comments; one of them closes early, so the text of the page
begins with a stray arrow. The only machine time is the last update, marked as publication. Ad slots stand before and
inside the body. Words such as 'Jelajahi', 'Iklan' and 'WIB' are the theme's own, whatever the blog's language or zone.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from scraper.standin.newsroom import Post
from scraper.standin.view import (
    MISSING,
    MORE,
    View,
    canonical_link,
    data_context,
    first_image,
    iso_utc,
    long_date,
    service_links,
    snippet,
)

AD_SLOT = "masukkan script iklan disini"
CREDIT = "Best Viral Premium Blogger Templates"

SIDEBAR = """<div class='sidebar section' id='sidebar'>
<div class='widget HTML' id='HTML11'><h3 class='title'>Terkini</h3><div class='widget-content'></div></div>
<div class='widget HTML' id='HTML12'><h3 class='title'>Terkini Lainnya</h3><div class='widget-content'></div></div>
</div>"""  # the lists are written by script: only the headings stand in the HTML


def page(view: View) -> str:
    """The whole HTML of one page."""
    return f"""<!DOCTYPE html>
<html dir='ltr' lang='{view.newsroom.language}' xmlns='http://www.w3.org/1999/xhtml'>
<head>
{_head(view)}
</head>
<!--<head>
{canonical_link(view)}
{service_links(view)}<link rel='stylesheet'
href='https://www.blogger.com/dyn-css/authorization.css?targetBlogID={view.newsroom.blog_id}'/>
<!-- data-ad-client=ca-pub-0000000000000000 -->
-->
<body class='{view.page_type}'>
{_menu(view)}
<div id='wrapper'>
<div class='iklan-atas'><span>Iklan</span></div>
<div class='main section' id='main'><div class='widget Blog' data-version='1' id='Blog1'>
<div class='blog-posts hfeed'>
{_main(view)}
</div>
{_pager(view)}
</div></div>
{SIDEBAR}
</div>
<!--
{data_context(view)}
</body>--></body>
</html>
"""


def _head(view: View) -> str:
    """The theme's own head: the description repeats the title, the picture falls back on the favicon."""
    title = escape(view.title)
    image = (first_image(view.post) if view.post else None) or f"{view.base}/favicon.ico"
    home_again = "<script>location.href = '/';</script>" if view.page_type == "error_page" else ""
    return f"""<meta charset='utf-8'/>
<meta content='width=device-width, initial-scale=1' name='viewport'/>
<title>{title}</title>
<meta content='{title}' name='description'/>
<meta content='blogger' name='generator'/>
<meta content='{title}' property='og:title'/>
<meta content='{escape(view.canonical)}' property='og:url'/>
<meta content='{title}' property='og:description'/>
<meta content='{escape(image)}' property='og:image'/>
<style type='text/css'>.post-body {{ line-height: 1.6 }} .iklan-atas {{ text-align: center }}</style>
{home_again}"""


def _menu(view: View) -> str:
    return f"""<button class='menu' title='Jelajahi'>Jelajahi</button>
<nav class='widget Label' id='Label9'><ul>
{_label_links(view.labels, view)}
</ul></nav>
<div class='copyright1'>Copyright &#169; <script>document.write(new Date().getFullYear())</script>
<a class='sitename' href='{view.base}/'>{escape(view.newsroom.credit or view.newsroom.title)}</a>
<a class='xmlthemes' href='https://www.xmlthemes.com/' title='{CREDIT}'>{CREDIT}</a></div>"""


def _label_links(labels: tuple[str, ...], view: View) -> str:
    return "\n".join(
        f"<li><a href='{view.base}/search/label/{quote(label)}?&amp;max-results=10'>{escape(label)}</a></li>"
        for label in labels
    )


def _main(view: View) -> str:
    if view.page_type == "error_page":
        return (
            f"<div class='status-msg-wrap'><div class='status-msg-body'>{MISSING[view.newsroom.language]}</div></div>"
        )
    if view.page_type == "static_page":
        return _static_page(view, view.posts[0])
    if view.page_type == "item":
        return _item(view, view.posts[0])
    return "\n".join(_card(view, post) for post in view.posts)


def _item(view: View, post: Post) -> str:
    title = escape(post.title)
    return f"""<div class='post hentry' itemprop='blogPost' itemscope='itemscope' itemtype='http://schema.org/BlogPosting'>
{_hidden_metas(view, post)}
<h1 class='post-title entry-title' itemprop='headline'><a href='{escape(view.canonical)}'>{title}</a></h1>
{_author(post)}
{_dates(view, post)}
<div class='bagikan'><a href='https://www.facebook.com/sharer.php?u={quote(view.canonical)}'>Facebook</a>
<a href='#fbcomment-title'>Komentar (<span class='fb-comments-count'></span>)</a></div>
<div class='iklan-kiri-postingan'>{AD_SLOT}</div>
{_body(post)}
{_after(view, post)}
</div>"""


def _hidden_metas(view: View, post: Post) -> str:
    return f"""<meta content='{escape(snippet(post))}' name='twitter:description'/>
<meta itemid='' itemprop='mainEntityOfPage' itemscope='itemscope' itemtype='https://schema.org/WebPage'/>
<div itemprop='publisher' itemscope='itemscope' itemtype='https://schema.org/Organization' style='display:none'>
<meta content='{escape(view.newsroom.title)}' itemprop='name'/>
<div itemprop='logo' itemscope='itemscope' itemtype='https://schema.org/ImageObject'>
<meta content='https://www.blogblog.com/1kt/blogger-logo.png' itemprop='url'/></div></div>"""


def _author(post: Post) -> str:
    name = f"<span itemprop='name'>{escape(post.author)}</span>" if post.author else ""
    return f"""<div id='author-share'><div class='author-item'><span class='fn' itemprop='author' itemscope='itemscope'
itemtype='http://schema.org/Person'>{name}</span></div></div>"""


def _dates(view: View, post: Post) -> str:
    """The visible date in the owner's format with the theme's fixed 'WIB', and the update passed off as publication."""
    day = long_date(view, post.published, pad=True)
    header = day if view.newsroom.date_header else ""
    return f"""<span class='date-header-item'>{header}, {day} WIB</span>
<span class='post-updated'>Last Updated <span class='updated' itemprop='datePublished dateModified'>\
{iso_utc(post.updated)}</span></span>"""


def _body(post: Post) -> str:
    """The body whole in the second half; a script of the theme would move its beginning before the middle slot."""
    return f"""<div class='post-body entry-content' id='post-body-{post.post_id}' itemprop='description articleBody'>
<div id='post1{post.post_id}'></div>
<div class='iklan-tengah-postingan'>{AD_SLOT}</div>
<div id='post2{post.post_id}'>{post.body}</div>
<script>/* moves the opening of post2{post.post_id} into post1{post.post_id} */</script>
</div>"""


def _after(view: View, post: Post) -> str:
    tags = "\n".join(
        f"<a href='{view.base}/search/label/{quote(label)}?&amp;max-results=10' rel='tag'>{escape(label)}</a>"
        for label in post.labels
    )
    return f"""<div id='tag-share-related'>
<div id='post-labels-bawah'>
{tags}
</div>
<div class='share-lagi'><a href='https://api.whatsapp.com/send?text={quote(view.canonical)}'>WhatsApp</a></div>
<div class='iklan-bawah-postingan'>{AD_SLOT}</div>
<div id='related-posts'><h4>Terkait</h4>
<script src='/feeds/posts/default?alt=json-in-script&amp;callback=terkait'></script></div>
<div id='related-posts2'></div>
<div id='fbcomment-title'>Komentar <span>Tampilkan</span></div>
<div id='commentfb'><div class='fb-comments' data-href='{escape(view.canonical)}'></div></div>
</div>"""


def _static_page(view: View, post: Post) -> str:
    """A static page: its title stands inside the body container."""
    return f"""<div class='post hentry'>
<div class='post-body entry-content' id='post-body-{post.post_id}' itemprop='articleBody'>
<h1 class='post-title entry-title'>{escape(post.title)}</h1>
{post.body}
</div></div>"""


def _card(view: View, post: Post) -> str:
    href = escape(view.href(post))
    return f"""<div class='post-outer'><h2 class='post-title'><a href='{href}'>{escape(post.title)}</a></h2>
<span class='date-header-item'>, {long_date(view, post.published, pad=True)} WIB</span>
<div class='snippet'>{escape(snippet(post))}</div>
<div class='jump-link'><a href='{href}#more'>{MORE[view.newsroom.language]}</a></div></div>"""


def _pager(view: View) -> str:
    links = [
        f"<a class='blog-pager-{name}-link' href='{escape(href)}' id='Blog1_blog-pager-{name}-link'>{word}</a>"
        for name, href, word in (("newer", view.newer, "Lebih baru"), ("older", view.older, "Lebih lama"))
        if href
    ]
    return f"<div class='blog-pager' id='blog-pager'>{''.join(links)}</div>"
