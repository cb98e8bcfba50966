"""Everything that turns a ShotPlan into a clip, behind one contract (`base`). Knows nothing of jobs or wires."""
