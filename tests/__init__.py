"""Tests; a package, because a library of the same name may be installed."""
