"""Values in, cells out: pure functions that draw into cell buffers, tested without an app."""
