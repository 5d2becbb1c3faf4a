"""Google's Dynamic Views: seven dresses of one script that draws the posts when the page is open.

Oddities: no Blog widget and no text in the HTML, only the head and the data context; everything else comes from the
feed. The dresses' names are classes of the `body`; other themes of Google have variants too, but of other names.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout

RANK = 5

LAYOUT = Layout(
    name="dynamic",
    since=date(2011, 9, 1),
    markers=(
        ".variant-classic",
        ".variant-flipcard",
        ".variant-magazine",
        ".variant-mosaic",
        ".variant-sidebar",
        ".variant-snapshot",
        ".variant-timeslide",
    ),
    needed=1,
    bodiless=True,
)
