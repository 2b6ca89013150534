"""One file a pane: each shows the newest frame, and never touches the simulation."""
