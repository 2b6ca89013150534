"""The terminal: panes that draw the latest frame, screens, and the thread that runs the engine for them."""
