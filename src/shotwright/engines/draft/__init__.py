"""The draft engine: a watchable previz of the shot that obeys the prompt, on two CPU cores.

spec          what the server knows of it without loading it
engine        the Engine: dispatch by task
blocking      the plan onto the floor in metres: relations, ways, the first framing, the moves of the shot
cast          who and what is seen: references, figures, a picture library, boxes with names
scene         plan + media → a set, sprites and a camera path
plate         a picture of a place becomes ground, wall and surroundings
sets          a place from words
sprites       people and things as textures that stand in the set
continuation  the next or previous shot of a clip, another angle, its camera or its motion
edits         changes to a source video
morph         from the first frame to the last
lookdev       light and looks baked into textures
light, grade, looks, weather, style      the tables of lookdev and what draws them
focus         depth of field, rack focus
stage         textured planes in space, seen by a camera
loop          the frame loop
"""
