"""What programs elsewhere may ask for with ``where``: what listings tell them, so no paths of files.

Whether something is found would tell it otherwise, one guess after the other.
"""

from collections.abc import Mapping

from zhangju.jsonable import PRIVATE
from zhangju_index.errors import InputError

__all__ = ["told_names"]


def told_names(where: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Give ``where`` back as it is.

    Raises:
        InputError: It asks for what is not told.
    """
    if where and PRIVATE in where:
        raise InputError(
            f'expected names in "where" that listings of documents show, got "{PRIVATE}":'
            " where files lie is not told here"
        )
    return where
