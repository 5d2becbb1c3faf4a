"""The archive as it grows: `python -m bench.archive [N]` inserts N invented articles (20,000 unless told) and measures
insert, size, search, export and syndication; and, where the stored pages are, captures and reading again.

Seconds are of this process's CPU. The texts are made of invented words whose frequencies fall as a language's do, so
that the full-text index has common and rare words to find; every article is a visit of its own with quotes, people,
claims and removals.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import accumulate, batched, islice
from pathlib import Path
from random import Random
