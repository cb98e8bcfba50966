"""The product's knowledge as data and pure functions: endpoints, limits, prices, prompts, plans, cameras, errors.

Does no I/O and imports no other room.
"""
