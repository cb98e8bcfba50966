"""Servers of the operator's own that render behind `POST /v1/videos`."""
