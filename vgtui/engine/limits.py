"""What the engine allows itself where nobody says otherwise; read by the screen too, so without numpy."""

from __future__ import annotations

HISTORY_MEGABYTES = 256
"""What the keyframes of one simulation may take, in units of 2**20 bytes."""
