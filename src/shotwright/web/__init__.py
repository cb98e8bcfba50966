"""Pages, rendered on the server. Their issue comes later; the room is theirs."""
