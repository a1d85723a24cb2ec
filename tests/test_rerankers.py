"""Tests of ``zhangju.rerankers``: rerankers by name."""

from pathlib import Path

import pytest

from zhangju.rerankers import JUDGE, load_reranker
from zhangju.reranking import Reranker
from zhangju_index.errors import ModelError
from zhangju_index.parsing import bundled_article
from zhangju_index.toy import ToyEmbedder


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny cross-encoder with random weights, in a folder."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    characters = sorted(set(bundled_article().text))
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",  # noqa: S106 - a token of a text
        unk_token="[UNK]",  # noqa: S106
        cls_token="[CLS]",  # noqa: S106
        sep_token="[SEP]",  # noqa: S106
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_a_named_cross_encoder_scores_each_sentence(cross_encoder: Path) -> None:
    """Each score is the model's own for question and sentence, before it is squashed."""
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    from test_judge import chunk_of

    chunks = [chunk_of("创新的主体在企业。", "创新的核心是人才。"), chunk_of("新质生产力。")]
    sentences = [sentence for chunk in chunks for sentence in chunk.sentences]
    reranker = load_reranker(str(cross_encoder), ToyEmbedder())
    assert isinstance(reranker, Reranker)
    found = [judgement.log_odds for judgement in reranker.judge("主体？", sentences)]
    wanted = CrossEncoder(str(cross_encoder)).predict(
        [("主体？", sentence.text) for sentence in sentences], activation_fn=Identity()
    )

    assert found == pytest.approx(wanted.tolist(), abs=1e-5)


@pytest.mark.slow
def test_the_judge_serves_indexes_of_other_models() -> None:
    """It brings its own encoder, whatever made the vectors; the toy stands for no model at all."""

    class Foreign:
        """A model that is neither the toy nor the bundled one."""

        name = fingerprint = "foreign"
        dimension, max_tokens = 2, 100
        embed_queries = embed_documents = count_tokens = ToyEmbedder().count_tokens

    reranker = load_reranker(JUDGE, Foreign())  # type: ignore[arg-type]

    assert reranker is not None
    assert reranker.name == JUDGE
    assert load_reranker(JUDGE, ToyEmbedder()) is None


@pytest.mark.slow
def test_what_is_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    """In one line that says what was expected."""
    with pytest.raises(ModelError, match="expected a cross-encoder"):
        load_reranker(str(tmp_path), ToyEmbedder())


def test_no_name_is_no_reranker() -> None:
    """Ranking without one stays possible."""
    assert load_reranker(None, ToyEmbedder()) is None
