"""The judge: does this sentence answer this question?

    Judge.load() -> Judge
    judge.judge(question, sentences) -> a Judgement for each sentence

It is the bundled encoder once more, reading question and sentence as one text, with trained upper layers
(``CARD.md`` beside this file says on what it was trained and how well it judges). Read this package as
``weights`` (what is trained, merged with what is not), ``reading`` (tokens of a pair),
``judging`` (what it says of them).
"""

from zhangju.judge.judging import Judge

__all__ = ["Judge"]
