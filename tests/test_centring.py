import numpy as np
import pytest

from zhangju.centring import CENTRED_SHARE, MADE_WITH, Centring, mean_question
from zhangju.everyday import EVERYDAY
from zhangju.language import detect_language
from zhangju_index.embedding import load_embedder
from zhangju_index.protocols import FloatMatrix
from zhangju_index.toy import ToyEmbedder


class Counting(ToyEmbedder):
    """The toy, which remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """As the toy."""
        self.asked.append(texts)
        return super().embed_queries(texts)


@pytest.mark.parametrize("language", EVERYDAY)
def test_the_same_questions_stand_in_every_language(language: str) -> None:
    """Twenty of each, taken for that language when they are asked."""
    assert len(set(EVERYDAY[language])) == len(EVERYDAY["zh"]) == 20
    told = [detect_language(question).partition("-")[0] for question in EVERYDAY[language]]
    assert told.count(language) >= 14, told


@pytest.mark.parametrize(
    "question", ["园区有多少家企业？", "園區有多少家企業？", "How many firms are there?"]
)
def test_similarities_lose_a_share_of_those_of_the_mean_question(question: str) -> None:
    """Direction and length together are the question less a share of the mean one."""
    toy = ToyEmbedder()
    asked = toy.embed_queries([question])[0]
    texts = toy.embed_documents(["园区有三百家企业。", "There are three hundred firms.", "下雨了。"])
    mean = mean_question(toy, detect_language(question).partition("-")[0])

    row, length = Centring(toy).centre(question, asked)

    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(
        length * (texts @ row), texts @ asked - CENTRED_SHARE * (texts @ mean), atol=1e-6
    )


def test_a_question_in_a_language_without_such_questions_stays_as_it_is() -> None:
    """Nothing is known of what they have in common."""
    toy = ToyEmbedder()
    asked = toy.embed_queries(["რამდენი ფირმაა?"])[0]
    row, length = Centring(toy).centre("რამდენი ფირმაა?", asked)

    np.testing.assert_array_equal(row, asked)
    assert length == 1


def test_a_model_is_asked_once_for_a_language() -> None:
    """The mean is kept."""
    counting = Counting()
    centring = Centring(counting)
    for _ in range(3):
        centring.centre("公园在哪里？", np.eye(counting.dimension, dtype=np.float32)[0])

    assert counting.asked == [list(EVERYDAY["zh"])]


@pytest.mark.slow
def test_what_is_shipped_is_what_the_bundled_model_makes_of_the_questions() -> None:
    """To the rounding of float16 and, since they were made exactly, of questions."""
    embedder = load_embedder()
    assert embedder.fingerprint == MADE_WITH
    shipped = Centring(embedder)._means
    assert list(shipped) == list(EVERYDAY)
    for language in ("zh", "en", "th", "ar"):
        np.testing.assert_allclose(shipped[language], mean_question(embedder, language), atol=1e-3)
