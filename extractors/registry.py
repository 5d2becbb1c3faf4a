"""Which sites and layouts there are: every module of `sites/` and `layouts/`, found by walking the folders once.

Adding one is adding a file. A file's mistake fails on import and names the culprits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

from extractors.layout import Layout, Site
from extractors.urls import site_name

if TYPE_CHECKING:
    from extractors.document import Document

_sites: dict[str, Site] = {}


def register(site: Site) -> Site:
    """Makes a site known under its domain. Raises ValueError when another one holds it already."""
    other = _sites.get(site.domain)
    if other is not None and other != site:
        raise ValueError(
            f"Two sites claim {site.domain!r}: {other.name!r} and {site.name!r}."
            " Keep one file per domain in extractors/sites/."
        )
    _sites[site.domain] = site
    return site


def _modules(package: str) -> list[ModuleType]:
    folder = import_module(package)
    return [import_module(f"{package}.{found.name}") for found in sorted(iter_modules(folder.__path__))]


@cache
def sites() -> dict[str, Site]:
    """All outlets by domain."""
    _modules("extractors.sites")
    return dict(sorted(_sites.items()))


@cache
def layouts() -> tuple[Layout, ...]:
    """All theme layouts, the more specific before the more general: by each module's RANK, then its name."""
    ranked = sorted(_modules("extractors.layouts"), key=lambda module: (module.RANK, module.__name__))
    return tuple(module.LAYOUT for module in ranked)


def recognised(document: Document) -> Iterator[Layout]:
    """The layouts whose markers stand in the page, in their order: the first is the page's theme."""
    return (layout for layout in layouts() if layout.recognises(document))


def site_for(url: str) -> Site | None:
    """The outlet an address belongs to: by the longest registered suffix of its host; None for an unregistered one."""
    labels = site_name(url).partition(":")[0].split(".")
    for start in range(len(labels) - 1):
        found = sites().get(".".join(labels[start:]))
        if found is not None:
            return found
    return None
