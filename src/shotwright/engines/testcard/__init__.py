"""A test card instead of a render: for tests of applications and of the wires."""
