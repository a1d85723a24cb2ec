"""What several commands share: their options, and how an index is opened."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from zhangju import EndpointGenerator, Retriever
    from zhangju.live import LiveAssistant
    from zhangju_index.milvus.address import StoreAddress
    from zhangju_ui.api.settings import ApiSettings

__all__ = [
    "HOST",
    "INDEX",
    "JSON",
    "LLM",
    "MODEL",
    "NAMED_INDEX",
    "OWN_INDEX",
    "RERANKER",
    "TOKEN",
    "WHERE",
    "api_settings",
    "chosen_store",
    "name_generator",
    "naming",
    "note",
    "open_live",
    "open_retriever",
]

Command = TypeVar("Command", bound=Callable[..., Any])


def _read_where(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> Mapping[str, str]:
    where: dict[str, str] = {}
    for value in values:
        name, equals, wanted = value.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"expected NAME=VALUE, got {value!r}", context, parameter)
        if name in where:
            raise click.BadParameter(
                f"{name} is asked for twice: a document has one value of it", context, parameter
            )
        where[name] = wanted
    return where


def _keep_store(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> "StoreAddress | None":
    if value is None:
        return None
    from zhangju_index.milvus.address import StoreAddress

    context.meta[_STORE] = address = StoreAddress.parse(value)
    return address


# Kept beside the parameters: whatever opens an index takes it from there.
_STORE = "zhangju_ui.store"
_store_option = click.option(
    "--store",
    envvar="ZHANGJU_STORE",
    metavar="URI",
    expose_value=False,
    callback=_keep_store,
    help=(
        "A library on a Milvus server in place of a folder: milvus+http://HOST:19530[/LIBRARY],"
        " or milvus+lite:///path/store.db [env: ZHANGJU_STORE]."
    ),
)
_index_option = click.option(
    "--index",
    type=click.Path(path_type=Path),
    envvar="ZHANGJU_INDEX",
    metavar="DIR",
    help="Folder of the index [env: ZHANGJU_INDEX; default: that of the bundled article].",
)
_own_index_option = click.option(
    "--index",
    type=click.Path(path_type=Path),
    envvar="ZHANGJU_INDEX",
    metavar="DIR",
    help="Folder of the index [env: ZHANGJU_INDEX].",
)


def NAMED_INDEX(command: Command) -> Command:  # noqa: N802 - used like the other options
    """The same, where it is no matter of course that an index is meant: the environment names none."""
    folder = click.option(
        "--index",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Show documents of the index in this folder; the arguments name them.",
    )
    store = click.option(
        "--store",
        metavar="URI",
        expose_value=False,
        callback=_keep_store,
        help="The same, of a library on a Milvus server.",
    )
    return folder(store(command))


def INDEX(command: Command) -> Command:  # noqa: N802 - used like the other options
    """Options that say which index is meant: a folder, or a library in a store."""
    return _index_option(_store_option(command))


def OWN_INDEX(command: Command) -> Command:  # noqa: N802 - used like the other options
    """The same, of an index that people may change."""
    return _own_index_option(_store_option(command))


MODEL = click.option(
    "--model",
    metavar="NAME_OR_PATH",
    help="A sentence-transformers model in place of the bundled one.",
)
HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
TOKEN = click.option(
    "--token",
    envvar="ZHANGJU_TOKEN",
    metavar="TOKEN",
    help="What programs must send as 'Authorization: Bearer TOKEN' [env: ZHANGJU_TOKEN, which others"
    " on this machine do not see]. The chat page asks for none.",
)


def RERANKER(command: Command) -> Command:  # noqa: N802 - it stands among the options above
    """Add the choice of what reads the leading sentences once more, as the parameter ``reranker``."""
    named = click.option(
        "--reranker",
        metavar="NAME_OR_PATH",
        default="judge",
        show_default=True,
        help="What reads the leading sentences once more, together with the question: the small judge that"
        " comes along, or a cross-encoder of sentence-transformers.",
    )
    none = click.option(
        "--no-reranker",
        "reranker",
        flag_value="",
        help="Rank by similarity and keywords alone: quicker, and less sure when to refuse.",
    )
    return named(none(command))


JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
WHERE = click.option(
    "--where",
    multiple=True,
    callback=_read_where,
    metavar="NAME=VALUE",
    help=(
        "Look only into documents of this id, title, source, path, author, date, format or other metadata;"
        " * stands for any characters, case makes no difference. Given again, all must fit."
    ),
)


def LLM(command: Command) -> Command:  # noqa: N802 - stands among the options above
    """Add the options that name a language model."""
    for option in (
        click.option(
            "--llm-model",
            envvar="ZHANGJU_LLM_MODEL",
            metavar="NAME",
            help="What that language model is called there [env: ZHANGJU_LLM_MODEL].",
        ),
        click.option(
            "--llm-url",
            envvar="ZHANGJU_LLM_URL",
            metavar="URL",
            help=(
                "An OpenAI-compatible endpoint whose model words the answers; each sentence is checked."
                " The question and the passages are sent there. Its key is read from ZHANGJU_LLM_KEY"
                " [env: ZHANGJU_LLM_URL]."
            ),
        ),
    ):
        command = option(command)
    return command


def name_generator(url: str | None, model: str | None) -> "EndpointGenerator | None":
    """Make the language model of the options, if one is named; nothing is sent to it yet."""
    if not url and not model:
        return None
    if not url or not model:
        raise click.UsageError(f"--llm-{'model' if url else 'url'} is missing: a language model takes both")
    from zhangju import EndpointGenerator

    generator = EndpointGenerator(url, model)
    if not generator.is_local:
        note(f"questions and passages are sent to {generator.host}")
    return generator


def chosen_store() -> "StoreAddress | None":
    """The store that the running command was told to use; None is a folder.

    What the command line says goes before what the environment says.

    Raises:
        click.UsageError: A folder and a store are both named, in one way or the other.
    """
    context = click.get_current_context(silent=True)
    store: StoreAddress | None = None if context is None else context.meta.get(_STORE)
    if context is None or store is None or context.params.get("index") is None:
        return store
    sources = [context.get_parameter_source(name) for name in ("index", "store")]
    if sources[0] == sources[1]:
        raise click.UsageError(
            "--index and --store (or ZHANGJU_INDEX and ZHANGJU_STORE) are both given: one of them is meant"
        )
    return store if sources[1] is click.core.ParameterSource.COMMANDLINE else None


def open_retriever(index: Path | None, model: str | None, reranker: str = "") -> "Retriever":
    """Open an index for questions, showing how far it is where it has to be built.

    Args:
        index: Its folder; None is the bundled article's.
        model: Another embedding model than the bundled one.
        reranker: What reads the leading sentences once more; nothing does without a name.
    """
    from zhangju import Retriever
    from zhangju_ui.progress import reporting

    store = chosen_store()
    if store is not None:
        return Retriever.open(store=str(store), model=model, reranker=reranker or None)
    with reporting("building the index") as report:
        return Retriever.open(index, model=model, reranker=reranker or None, progress=report)


def open_live(
    index: Path | None,
    model: str | None,
    reranker: str = "",
    generator: "EndpointGenerator | None" = None,
) -> "LiveAssistant":
    """Open an index for questions that may change meanwhile; close what comes back."""
    retriever = open_retriever(index, model, reranker)
    from functools import partial

    from zhangju import Assistant
    from zhangju.live import LiveAssistant

    store = chosen_store()
    return LiveAssistant(
        retriever,
        folder=None if store is not None else index,
        store=store,
        assist=partial(Assistant, generator=generator),
    )


def api_settings(host: str, token: str | None, *, read_only: bool = False, **limits: Any) -> "ApiSettings":
    """What a server at ``host`` allows: without a token, only this machine may change documents."""
    from zhangju_ui.api.settings import ApiSettings
    from zhangju_ui.hosting import is_local

    if token is not None and not token.strip():
        raise click.UsageError("the token is empty: give one, or leave ZHANGJU_TOKEN unset")
    reason = ""
    if read_only:
        reason = "this server was started with --read-only"
    elif token is None and not is_local(host):
        reason = "changing documents over the network takes a token: start the server with ZHANGJU_TOKEN set"
    return ApiSettings(token=token, read_only=reason, **limits)


def naming(place: "Path | StoreAddress") -> str:
    """The option that names an index, for a shell."""
    option = "--index" if isinstance(place, Path) else "--store"
    return f"{option} {shlex.quote(str(place))}"


def note(message: str) -> None:
    """Say something on standard error, in one line."""
    from zhangju_ui.cli_output import printable

    click.echo(f"zhangju: {printable(message, one_line=True)}", err=True)
