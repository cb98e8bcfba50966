"""The prompt language: text to ShotPlan.

    lexer        text → tokens (words with lemmas and typing errors mended, references in every spelling, numbers, marks)
    binding      media that the words mean without a marker; text that meant nothing
    phrases      tables of phrases, longest match first
    words/       the tables themselves, for film people to read and extend: moves, sizes, roles, nouns, edit verbs, looks
    grammar      clauses, noun phrases, negation
    camera, roles, edits + operations, keep, continuation, look      one small parser each: tokens → part of the plan
    planner      the resolver: puts the parts together, binds references, gives every move its seconds
    lint         warnings with hints

Pure, deterministic, without a model and without network. What is not understood becomes a warning, never an error. Every
item carries the span of text that caused it; clauses that caused nothing are listed as `unread`.
"""

from shotwright.core.prompt.planner import parse_prompt, plan_request

__all__ = ["parse_prompt", "plan_request"]
