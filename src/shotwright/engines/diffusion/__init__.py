"""Open-weights video diffusion on a GPU: Bernini-R and Wan-VACE over stock diffusers modules. Needs `shotwright[diffusion]`."""
