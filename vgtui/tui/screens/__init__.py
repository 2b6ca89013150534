"""The cockpit and the dialogs over it, a file each."""
