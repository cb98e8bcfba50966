"""The prompt language: text to ShotPlan.

    lexer        text → tokens (words with lemmas, references in every spelling, numbers, punctuation)
    phrases      tables of phrases, longest match first
    vocabulary   the tables: camera moves, shot sizes, roles, edit verbs, looks
    camera, roles, edits, look   one small parser each: tokens → part of the plan
    planner      puts the parts together and gives every move its seconds

Pure, deterministic, without a model and without network. What is not understood becomes a warning, never an error.
"""

from shotwright.core.prompt.planner import parse_prompt

__all__ = ["parse_prompt"]
