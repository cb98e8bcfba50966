"""Who and what stands before the camera: figures with joints, pictures of things, boxes with names, cut-outs of references."""
