import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from handmade import HandmadeAssistant
from zhangju.jsonable import answer_json
from zhangju_eval import load_set
from zhangju_index.errors import InputError
from zhangju_ui.conversations import Conversation, ConversationStore, Scope, Turn
from zhangju_ui.exporting import conversation_json, conversation_markdown
from zhangju_ui.feedback import FeedbackFile
from zhangju_ui.strings import LANGUAGES


def conversation(*questions, **fields):
    """A conversation with these questions, each answered by hand."""
    made = Conversation.new()
    for number, question in enumerate(questions):
        answer = answer_json(HandmadeAssistant().ask(question))
        made = made.with_turn(
            Turn(question, f"2026-01-0{number + 1}", Scope("wujin", "甲 › 乙", "乙"), answer, **fields)
        )
    return made


def test_a_conversation_comes_back_as_it_was(tmp_path):
    """What is kept is what was there, after any restart; the one asked last comes first."""
    store = ConversationStore(tmp_path / "a" / "b")
    first = replace(conversation("创新", "天气"), updated="2026-01-01")
    second = replace(conversation("未来产业"), updated="2026-01-02")
    store.save(first)
    store.save(second)
    again = ConversationStore(tmp_path / "a" / "b")
    assert again.get(first.id) == first
    assert again.all() == (second, first)
    store.delete(first.id)
    assert again.all() == (second,)


def test_only_its_owner_reads_a_conversation(tmp_path):
    """Questions are private on a machine with other users."""
    store = ConversationStore(tmp_path)
    store.save(conversation("创新"))
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": "x", "turns": [{}]}', b"\xff" * 9])
def test_a_damaged_file_is_left_alone(tmp_path, content):
    """It is not listed, does not stop the page, and nothing happens to it."""
    file = tmp_path / f"{'0' * 16}.json"
    file.write_bytes(content)
    store = ConversationStore(tmp_path)
    assert store.all() == ()
    assert store.get("0" * 16) is None
    assert file.read_bytes() == content


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 15, "0" * 16 + "/.."])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    """An id from the browser opens and deletes nothing but conversations."""
    store = ConversationStore(tmp_path / "inside")
    (tmp_path / "precious.json").write_text("{}")
    assert store.get(name) is None
    store.delete(name)
    with pytest.raises(InputError, match="sixteen hexadecimal digits"):
        store.save(Conversation(name, turns=(Turn("?"),)))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["precious.json"]
    assert Conversation.new(name).id != name


def test_what_a_question_came_to_is_put_in_its_place(tmp_path):
    """What another page asked or said meanwhile stays, and so does what replaced the question."""
    store = ConversationStore(tmp_path)
    asked = Conversation.new().with_turn(Turn("a", "1")).with_turn(Turn("b", "2"))
    store.save(asked)
    answered = Turn("a", "1", answer={"text": "yes"})
    changed = store.change(asked.id, lambda found: found.with_outcome(answered))
    assert changed == store.get(asked.id)
    assert [turn.answer for turn in changed.turns] == [{"text": "yes"}, None]
    assert changed.with_outcome(Turn("c", "3")).turns == changed.turns
    assert store.change("0" * 16, lambda found: found) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    """The reason is in the message, in one line."""
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written"):
        ConversationStore(tmp_path / "x").save(conversation("创新"))


def test_a_place_that_is_taken_is_told(tmp_path):
    """Where a file stands in the way, the conversation is refused and nothing is left behind."""
    (tmp_path / "x").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        ConversationStore(tmp_path / "x").save(conversation("创新"))
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_only_the_last_question_is_replaced():
    """An edited question takes the place of the last; a page that shows an older state takes nothing away."""
    made = conversation("创新", "天气", "未来产业")
    edited = made.with_turn(Turn("新问题"), 2)
    assert [turn.question for turn in edited.turns] == ["创新", "天气", "新问题"]
    stale = made.with_turn(Turn("新问题"), 1)
    assert [turn.question for turn in stale.turns] == ["创新", "天气", "未来产业", "新问题"]


def test_questions_of_two_pages_follow_one_another(tmp_path):
    """Two pages show one conversation: what both ask at once is all kept, and each answer finds its question."""
    store = ConversationStore(tmp_path)
    new = Conversation.new()

    def ask(number):
        turn = Turn(f"问{number}", "2026-01-01")
        store.begin(Conversation(new.id), turn)
        store.change(new.id, lambda found: found.with_outcome(replace(turn, answer={"text": str(number)})))

    with ThreadPoolExecutor(8) as pages:
        list(pages.map(ask, range(40)))
    kept = store.get(new.id)
    assert sorted(turn.question for turn in kept.turns) == sorted(f"问{n}" for n in range(40))
    assert all(turn.question == f"问{turn.answer['text']}" for turn in kept.turns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_holds_every_citation(language):
    """In Markdown each quote stands with its place; in JSON each answer is what the command line prints."""
    made = conversation("创新", "天气", "poison")
    written = conversation_markdown(made, language)
    for turn in made.turns:
        for citation in turn.answer["citations"]:
            assert f"{citation['start']}–{citation['end']}" in written
            assert f"\\[{citation['number']}\\]" in written
    assert "![x](" not in written
    assert "<script" not in written.replace("\\<script", "")
    assert [turn["answer"] for turn in json.loads(conversation_json(made))["turns"]] == [
        turn.answer for turn in made.turns
    ]


def test_votes_become_an_eval_set(tmp_path):
    """The file is read by ``zhangju eval``: liked citations are gold, and a changed mind replaces its line."""
    feedback = FeedbackFile(tmp_path / "feedback.jsonl")
    made = conversation("创新", "天气", "未来产业")
    for number, vote, comment in [
        (0, "up", ""),
        (1, "up", "对"),
        (2, "up", ""),
        (2, "down", "漏了\u2028储能"),
    ]:
        made = made.with_vote(number, vote, comment)
        feedback.put(made, number)
    innovation, weather, industries = load_set(tmp_path / "feedback.jsonl").questions
    assert innovation.answerable
    assert [gold.quote for gold in innovation.gold] == ["创新的主体在企业。", "创新的核心是人才。"]
    assert not weather.answerable
    assert (industries.kind, industries.gold) == ("disliked", ())
    assert [turn["question"] for turn in industries.history] == ["创新", "天气"]
    feedback.put(made.with_vote(0, "", ""), 0)
    assert [q.question for q in load_set(tmp_path / "feedback.jsonl").questions] == ["天气", "未来产业"]
