"""The draft engine: a watchable previz of the shot that obeys the prompt, on two CPU cores.

engine      the Engine: dispatch by task, the frame loop
scene       plan + media → a set, sprites and a camera path
stage       textured planes in space, seen by a camera
plate       a picture of a place becomes ground, wall and surroundings
sets        a place from words
cutout      somebody or something out of a picture
standins    somebody or something from words
style       the look of another picture
grade       light, time of day, mood: tables
weather     rain, snow, fog in layers
edit        changes to a source video
"""
