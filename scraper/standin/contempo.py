"""Pages as Google's Contempo theme (layout version 3) leaves them: the clean case, all machine data in sight.

Two traps remain: JSON-LD names Blogger as publisher and a placeholder as picture, and the popular-posts widget repeats
the classes of the post itself for other posts.
"""

from __future__ import annotations

import json
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
    iso,
    long_date,
    service_links,
    snippet,
)

PLACEHOLDER = "https://blogger.googleusercontent.com/img/b/U2hvZWJveA/AVvXsEgfMvYAhAbdHksi/w1200/"
PLATFORMS = ("Get link", "Facebook", "X", "Pinterest", "Email")
BODY_CLASS = {"item": "item-view", "static_page": "item-view", "error_page": "error-view"}


def page(view: View) -> str:
    """The whole HTML of one page."""
    title = escape(view.title)
    return f"""<!DOCTYPE html>
<html dir='ltr' lang='{view.newsroom.language}'>
<head>
<meta content='width=device-width, initial-scale=1' name='viewport'/>
<title>{title}</title>
{_all_head_content(view)}
<style id='page-skin-1' type='text/css'><!--
/*
Blogger Template Style
Name:        Contempo
Designer:    Blogger
*/
.post-body {{ line-height: 1.5 }}
--></style>
</head>
<body class='{BODY_CLASS.get(view.page_type, "feed-view")} version-1-3-3 variant-indie_light'>
<a class='skip-navigation' href='#main' tabindex='0'>Skip to main content</a>
<div class='page'><div class='page_body'><div class='centered'>
<header class='centered-top-container' role='banner'><div class='centered-top'>
<div class='widget Header' data-version='2' id='Header1'>
<h1><a href='{view.base}/'>{escape(view.newsroom.title)}</a></h1>
<p>{escape(view.newsroom.description)}</p></div></div></header>
<main class='centered-bottom' id='main' role='main'><div class='main section' id='page_body' name='Page Body'>
<div class='widget Blog' data-version='2' id='Blog1'>
<div class='blog-posts hfeed container'>
{_main(view)}
</div>
{_pager(view)}
</div>
{_popular(view)}
</div></main></div></div>
{_sidebar(view)}
</div>
<script type='text/javascript' src='https://resources.blogblog.com/blogblog/data/res/indie_compiled.js'></script>
{data_context(view)}
</body>
</html>
"""


def _all_head_content(view: View) -> str:
    """What Blogger puts into the head of a theme that lets it: single quotes, `content` before `property`."""
    title, post = escape(view.title), view.post
    image = first_image(post) if post else None
    described = escape(snippet(post) if post else view.newsroom.description)
    picture = f"\n<meta content='{escape(image)}' property='og:image'/>" if image else ""
    return f"""<meta content='text/html; charset=UTF-8' http-equiv='Content-Type'/>
<meta content='blogger' name='generator'/>
<link href='{view.base}/favicon.ico' rel='icon' type='image/x-icon'/>
{canonical_link(view)}
{service_links(view)}<!--Can't find substitution for tag [blog.ieCssRetrofitLinks]-->
<meta content='{escape(view.canonical)}' property='og:url'/>
<meta content='{title}' property='og:title'/>
<meta content='{described}' property='og:description'/>{picture}"""


def _main(view: View) -> str:
    if view.page_type == "error_page":
        return f"<div class='no-posts-message'>{MISSING[view.newsroom.language]}</div>"
    if view.post:
        return _item(view, view.post)
    return "\n".join(_card(view, post) for post in view.posts)


def _item(view: View, post: Post) -> str:
    return f"""<article class='post-outer-container'><div class='post-outer'><div class='post'>
<script type='application/ld+json'>{_json_ld(view, post)}</script>
<a name='{post.post_id}'></a>
<h3 class='post-title entry-title'>
{escape(post.title)}
</h3>
{_share_buttons(view, post, "top")}
{_bylines(view, post)}
<div class='post-body entry-content float-container' id='post-body-{post.post_id}'>
{post.body}
</div>
<div class='post-bottom'>
<div class='post-footer float-container'>
{_labels(view, post)}
</div>
{_share_buttons(view, post, "bottom")}
</div>
</div></div>
<section class='comments' data-num-comments='0' id='comments'><a name='comments'></a>
<h3 class='title'>Comments</h3><p class='comment-footer'>Post a Comment</p></section>
</article>"""


def _json_ld(view: View, post: Post) -> str:
    """The default include: both dates with the blog's offset, the account's name, Blogger as publisher."""
    local = view.newsroom.local
    image = first_image(post) or PLACEHOLDER
    block = {
        "@context": "http://schema.org",
        "@type": "BlogPosting",
        "mainEntityOfPage": {"@type": "WebPage", "@id": view.canonical},
        "headline": post.title,
        "description": snippet(post),
        "datePublished": iso(local(post.published)),
        "dateModified": iso(local(post.updated)),
        "image": {"@type": "ImageObject", "url": image, "height": 348, "width": 1200},
        "publisher": {
            "@type": "Organization",
            "name": "Blogger",
            "logo": {"@type": "ImageObject", "url": f"{PLACEHOLDER}logo", "width": 206, "height": 60},
        },
        "author": {"@type": "Person", "name": post.author or "Unknown"},
    }
    return json.dumps(block, ensure_ascii=False, indent=2).replace("<", "\\u003c")


def _share_buttons(view: View, post: Post, place: str) -> str:
    items = "".join(
        f"<li><span class='sharing-platform-button' data-url='{escape(view.canonical)}' role='menuitem'>"
        f"<span class='platform-sharing-text'>{name}</span></span></li>"
        for name in PLATFORMS
    )
    return f"""<div class='post-share-buttons post-share-buttons-{place}'><div class='byline post-share-buttons'>
<div class='sharing' data-title='{escape(post.title)}'><button aria-label='Share' class='sharing-button'>Share</button>
<ul class='share-buttons hidden'>{items}</ul></div></div></div>"""


def _bylines(view: View, post: Post) -> str:
    author = (
        f"<span class='byline post-author vcard'><span class='post-author-label'>By</span> "
        f"<span class='fn'><meta content='{view.base}/'/><span>{escape(post.author)}</span></span></span>"
        if post.author
        else ""
    )
    return f"""<div class='post-header'><div class='post-header-line-1'>
{author}
<span class='byline post-timestamp'><a class='timestamp-link' href='{escape(view.href(post))}'
rel='bookmark' title='permanent link'>
{_time(view, post)}
</a></span></div></div>"""


def _time(view: View, post: Post) -> str:
    stamp = iso(view.newsroom.local(post.published))
    shown = long_date(view, post.published, pad=False)
    return f"<time class='published' datetime='{stamp}' title='{stamp}'>\n{shown}\n</time>"


def _labels(view: View, post: Post) -> str:
    if not post.labels:
        return ""
    links = "\n".join(
        f"<a href='{view.base}/search/label/{quote(label)}' rel='tag'>{escape(label)}</a>" for label in post.labels
    )
    return f"<span class='byline post-labels'><span class='byline-label'></span>\n{links}\n</span>"


def _card(view: View, post: Post) -> str:
    href = escape(view.href(post))
    return f"""<article class='post-outer-container'><div class='post-outer'><div class='post'>
<a name='{post.post_id}'></a><h3 class='post-title entry-title'><a href='{href}'>{escape(post.title)}</a></h3>
{_time(view, post)}
<div class='container post-body entry-content' id='post-snippet-{post.post_id}'>
<div class='post-snippet snippet-container'>{escape(snippet(post))}</div></div>
<div class='jump-link'><a href='{href}#more' title='{escape(post.title)}'>{MORE[view.newsroom.language]}</a></div>
</div></div></article>"""


def _pager(view: View) -> str:
    """The theme prints the older link alone."""
    if not view.older:
        return ""
    return (
        "<div class='blog-pager container' id='blog-pager'>"
        f"<a class='blog-pager-older-link' href='{escape(view.older)}'>More posts</a></div>"
    )


def _popular(view: View) -> str:
    """Other posts under the classes of the post itself."""
    posts = "\n".join(
        f"<div class='post'><h3 class='post-title'><a href='{escape(view.href(post))}'>{escape(post.title)}</a></h3>\n"
        f"{_time(view, post)}\n<div class='item-content float-container'><div class='popular-posts-snippet'>"
        f"<div class='snippet-container r-snippet-container post-body'>{escape(snippet(post))}</div></div></div></div>"
        for post in view.popular
    )
    return f"""<div class='widget PopularPosts' data-version='2' id='PopularPosts1'><h3 class='title'>Popular posts</h3>
<div role='feed'>{posts}</div></div>"""


def _sidebar(view: View) -> str:
    labels = "".join(
        f"<li><a class='label-name' href='{view.base}/search/label/{quote(label)}'>{escape(label)}</a></li>"
        for label in view.labels
    )
    return f"""<aside class='sidebar-container'><div class='widget Label' data-version='2' id='Label1'>
<h3 class='title'>Labels</h3><ul>{labels}</ul></div>
<div class='widget Attribution' data-version='2' id='Attribution1'>
<a href='https://www.blogger.com'>Powered by Blogger</a>
<div class='copyright'>{escape(view.newsroom.credit)}</div></div></aside>"""
