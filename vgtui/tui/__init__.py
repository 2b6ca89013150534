"""The terminal: panes that draw the latest frame, screens, and the thread that runs the engine for them."""

import os

os.environ.setdefault("TEXTUAL_FPS", "240")  # read once, by textual's import: a key is answered within 5 ms
