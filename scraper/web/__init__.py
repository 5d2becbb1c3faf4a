"""Everything that touches the network.

httpx brings a command line of its own, and with it click, rich and pygments, a tenth of a second at each start. Nobody
asks for it here, and httpx does without where it cannot be had.
"""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
