"""Opening and writing media: guarded download, probing, images, video frames, the encoder, camera motion of a clip.

The only room that opens media files. Synchronous throughout; every long loop can be left between two frames.
"""
