#!/usr/bin/env bash
# Install a built wheel into an empty environment and use it from an empty directory.
#
#   TORCH='torch==2.13.0' bash tests/check_wheel.sh PYTHON CONSTRAINTS WHEEL
set -euo pipefail

python=$1
constraints=$(realpath "$2")
wheel=$(realpath "$3")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

"$python" -m venv "$room/venv"
pip="$room/venv/bin/python -m pip --disable-pip-version-check -q"
# Unquoted: TORCH may hold a requirement and an index.
# shellcheck disable=SC2086
$pip install ${TORCH:-torch==2.13.0}
$pip install -c "$constraints" "$wheel"

mkdir "$room/empty"
cd "$room/empty"
export PATH="$room/venv/bin:$PATH" XDG_DATA_HOME="$room/data" XDG_CACHE_HOME="$room/cache"
export HF_HUB_OFFLINE=1
unset ZHANGJU_INDEX PYTHONPATH

say() { printf 'wheel: %s\n' "$*"; }

python - <<'PYTHON'
import sys

import zhangju

heavy = {"torch", "transformers", "faiss", "gradio", "sklearn"} & set(sys.modules)
assert not heavy, f"'import zhangju' loads {sorted(heavy)}"
assert "site-packages" in zhangju.__file__, zhangju.__file__
PYTHON
say "import zhangju loads nothing heavy"

python - <<'PYTHON'
from importlib.metadata import files

names = {str(name) for name in files("zhangju")}
packages = ("zhangju", "zhangju_index", "zhangju_eval", "zhangju_ui")
wanted = {f"{package}/py.typed" for package in packages} | {
    "zhangju_index/corpus/wujin-new-quality-productive-forces.txt",
    "zhangju_index/corpus/NOTE.md",
    "zhangju_eval/sets/article.jsonl",
}
assert wanted <= names, f"not in the wheel: {sorted(wanted - names)}"
assert any(name.startswith("zhangju_ui/") and name.endswith(".css") for name in names), "no style sheet"
odd = {name for name in names if name.split("/")[0] not in (*packages, "..")} 
assert all(name.split("/")[0].endswith(".dist-info") for name in odd), sorted(odd)
PYTHON
say "article, eval sets, assets and type marks are there, and nothing else"

mkdir ../beside
for name in rag ui index eval; do
  mkdir "../beside/$name"
  echo "OWNER = 'the project beside'" > "../beside/$name/__init__.py"
done
(cd ../beside && python - <<'PYTHON'
import eval, index, rag, ui

from zhangju import Assistant, Retriever, ToyEmbedder

assert {module.OWNER for module in (rag, ui, index, eval)} == {"the project beside"}
with Retriever.from_texts({"a.txt": "The museum opens at nine."}, embedder=ToyEmbedder()) as retriever:
    answer = Assistant(retriever, threshold=0).ask("When does the museum open?")
assert answer.citations[0].quote == "The museum opens at nine.", answer
PYTHON
)
say "a project with its own rag, ui, index and eval keeps them"

zhangju --help > help.txt
grep -q outline help.txt
zhangju outline > outline.txt
grep -q title outline.txt
say "zhangju outline"

zhangju ask '武进重点布局哪些未来产业？' --json > answer.json
python - <<'PYTHON'
import json
from importlib.resources import files
from pathlib import Path

answer = json.loads(Path("answer.json").read_text(encoding="utf-8"))
corpus = files("zhangju_index") / "corpus"
assert answer["passages"], "no passages"
for citation in answer["citations"]:
    text = (corpus / f"{citation['document_id']}.txt").read_bytes().decode("utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"], citation
PYTHON
say "zhangju ask: every citation is a slice of the article"

if zhangju chat --no-open --port 0 2> chat.txt; then
  say "zhangju chat runs without the extra 'chat'" && exit 1
fi
[ "$(wc -l < chat.txt)" -eq 1 ] && grep -q "zhangju\[chat\]" chat.txt
say "zhangju chat without its extra: $(cat chat.txt)"

for command in serve mcp; do
  if zhangju "$command" < /dev/null 2> needs.txt; then
    say "zhangju $command runs without the extra '$command'" && exit 1
  fi
  [ "$(wc -l < needs.txt)" -eq 1 ] && grep -q "zhangju\[$command\]" needs.txt
  say "zhangju $command without its extra: $(cat needs.txt)"
done
