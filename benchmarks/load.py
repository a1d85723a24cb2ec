"""Many people ask one server: how long they wait, and who waits longest.

    python benchmarks/load.py                                  50 people, ten seconds apart, the bundled article
    python benchmarks/load.py --people 100 --seconds 120       … more of them, for longer
    python benchmarks/load.py --index DIR --questions FILE     … of an index of your own

Starts ``zhangju serve`` in a process of its own and asks it over HTTP, each person from an address of
their own: a question, ten seconds later the next, whether or not the answer is there; search and ask in
turn, the first at a random moment. FILE has one question a line, or is (gzipped) JSON Lines with
``question``; without it, those of the article's eval set are asked. Printed are what people waited, the
longest wait of the person who was served worst, what was refused, how many questions shared a batch of
the model, and the server's processor time: other work on the machine makes people wait longer, but
changes little of the share of the cores that this load takes.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
from stores import read_questions


class Reply(NamedTuple):
    """One question: who asked what, how long it took, and whether it was answered."""

    person: int
    what: str
    seconds: float
    fine: bool


def main() -> None:
    """Start a server, let everybody ask, and print what they waited."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between one's questions")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to go on")
    parser.add_argument("--index", type=Path, help="an index; the bundled article's by default")
    parser.add_argument("--questions", type=Path, help="one question a line, or JSON Lines")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.index)
        return
    questions = read_questions(arguments.questions) if arguments.questions else article_questions()
    with tempfile.TemporaryDirectory() as scratch:
        tally = Path(scratch) / "tally.json"
        with server(tally, arguments.index) as (address, process):
            before = cpu_seconds(process)
            replies = asyncio.run(everybody(address, questions, arguments))
            cpu = cpu_seconds(process) - before
        shared = {int(size): number for size, number in json.loads(tally.read_text())["shared"].items()}
    tell(replies, shared, cpu, arguments)


def article_questions() -> list[str]:
    """Questions about the bundled article, answerable or not."""
    from zhangju_eval.own_format import read_shipped_set

    return [each.question for each in read_shipped_set("article").questions if not each.history]


def serve(tally: Path, index: Path | None) -> None:
    """Be the server, as the command line starts it, and write down what was shared when it ends."""
    from zhangju_index.gathering import Gatherer
    from zhangju_ui.cli import main as command

    shared: Counter[int] = Counter()
    work = Gatherer._work

    def counted(gatherer: Gatherer, batch: list[object], mine: object) -> None:
        shared[len(batch)] += 1
        work(gatherer, batch, mine)

    Gatherer._work = counted
    sys.argv = ["zhangju", "serve", "--read-only", "--port", "0"]
    sys.argv += ["--index", str(index)] if index else []
    try:
        command()
    finally:
        tally.write_text(json.dumps({"shared": shared}), encoding="utf-8")


@contextmanager
def server(tally: Path, index: Path | None) -> Iterator[tuple[str, int]]:
    """A server's address and process, once it answers; ended after use."""
    command = [sys.executable, __file__, "--serve", str(tally)] + (["--index", str(index)] if index else [])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout is not None  # noqa: S101
        address = process.stdout.readline().strip()
        if not address:
            raise SystemExit("the server did not start: see above")
        while httpx.get(f"{address}/readyz", timeout=600).status_code != 200:
            time.sleep(0.1)
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


async def everybody(address: str, questions: list[str], arguments: argparse.Namespace) -> list[Reply]:
    """Let all people ask for as long as wanted, and wait for the last answers."""
    order = random.Random(0)  # noqa: S311 - the same questions at the same moments in every run
    async with asyncio.TaskGroup() as group:
        people = [
            group.create_task(
                person(number, address, order.sample(questions, len(questions)), order.random(), arguments)
            )
            for number in range(arguments.people)
        ]
    return [reply for each in people for reply in each.result()]


async def person(
    number: int, address: str, questions: list[str], start: float, arguments: argparse.Namespace
) -> list[Reply]:
    """Ask one question after another, each at its moment."""
    begun = time.perf_counter()
    # The server counts what one address has under way.
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.{1 + number // 250}.{1 + number % 250}")
    async with httpx.AsyncClient(base_url=address, timeout=120, transport=transport) as client:

        async def put(what: str, question: str) -> Reply:
            clock = time.perf_counter()
            answer = await client.post(f"/v1/{what}", json={"question": question})
            return Reply(number, what, time.perf_counter() - clock, answer.is_success)

        async with asyncio.TaskGroup() as group:
            asked = []
            for turn in range(int(arguments.seconds // arguments.every)):
                moment = (start + turn) * arguments.every
                await asyncio.sleep(max(0.0, begun + moment - time.perf_counter()))
                what = ("search", "ask")[(number + turn) % 2]
                asked.append(group.create_task(put(what, questions[turn % len(questions)])))
    return [each.result() for each in asked]


def cpu_seconds(process: int) -> float:
    """Seconds that the processor worked for a process so far; where the system does not tell, 0."""
    path = Path(f"/proc/{process}/stat")
    if not path.exists():
        return 0.0
    # The name, in brackets, may hold spaces; user and system time are the 14th and 15th field.
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell(replies: list[Reply], shared: dict[int, int], cpu: float, arguments: argparse.Namespace) -> None:
    """Print what people waited, and what the server did."""
    rate, cores = arguments.people / arguments.every, len(os.sched_getaffinity(0))
    print(f"{arguments.people} people, {len(replies)} questions, {rate:.1f} a second")
    for what in ("search", "ask"):
        seconds = [reply.seconds for reply in replies if reply.what == what]
        p50, p95 = np.percentile(seconds, [50, 95])
        print(f"{what}: p50 {p50:.2f} s, p95 {p95:.2f} s, longest {max(seconds):.2f} s")
    worst: dict[int, float] = {}
    for reply in replies:
        worst[reply.person] = max(worst.get(reply.person, 0.0), reply.seconds)
    longest = list(worst.values())
    print(f"longest wait of one person: median {np.median(longest):.2f} s, worst {max(longest):.2f} s")
    print(f"refused or failed: {sum(not reply.fine for reply in replies)}")
    together = sum(size * number for size, number in shared.items() if size > 1)
    print(f"shared a batch: {together} of {sum(size * number for size, number in shared.items())} questions")
    each = cpu / len(replies)
    print(f"processor time: {each:.3f} s a question, {rate * each / cores:.0%} of {cores} cores at this rate")


if __name__ == "__main__":
    main()
