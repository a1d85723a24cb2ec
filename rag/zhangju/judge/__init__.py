"""The judge: does this sentence answer this question?

    Judge.load() -> Judge
    judge.judge(question, chunks) -> a Judgement for each chunk

It is the bundled encoder once more, reading question and passage as one text, with trained upper layers
(``CARD.md`` beside this file says on what it was trained and how well it judges). Read this package as
``weights`` (what is trained, merged with what is not), ``reading`` (tokens and sentences of a pair),
``judging`` (what it says of them).
"""

from zhangju.judge.judging import Judge

__all__ = ["Judge"]
