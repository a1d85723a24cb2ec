from zhangju import simplified
from zhangju.simplified import simplify


def test_traditional_meets_simplified() -> None:
    """Character for character, so that places stay what they are."""
    assert simplify("創新的核心是人才，圖書館於三月啟用。") == "创新的核心是人才，图书馆于三月启用。"
    assert simplify("新质生产力 has 37 類") == "新质生产力 has 37 类"


def test_what_is_simplified_stays() -> None:
    """No simplified character of the table is written as yet another one."""
    assert simplify(simplified._SIMPLIFIED) == simplified._SIMPLIFIED
