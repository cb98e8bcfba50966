"""What every server has: health, files, and our own view of a request."""
