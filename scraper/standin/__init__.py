"""A Blogger newsroom on loopback: posts from a folder, served with the platform's habits and two themes' markup.

For tests, demonstrations and rehearsals: nothing leaves the machine. It imitates what a crawler meets (feeds, sitemaps,
robots, pages, validators; the platform's traps where they are switched on) and no more: no comments, no search by
words, no editing over HTTP.
"""

from scraper.standin.newsroom import Expectation, ExpectedQuote, Newsroom, Post, fixtures_dir, read_post
from scraper.standin.server import Fault, Hit, StandIn, serve, serve_all
from scraper.standin.traps import Traps

__all__ = [
    "Expectation",
    "ExpectedQuote",
    "Fault",
    "Hit",
    "Newsroom",
    "Post",
    "StandIn",
    "Traps",
    "fixtures_dir",
    "read_post",
    "serve",
    "serve_all",
]
