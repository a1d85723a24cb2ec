"""The page's few drawings, as SVG that takes the colour of the words beside it."""

__all__ = ["icon"]

_PATHS = {
    "again": '<path d="M13 3v3.5H9.5"/><path d="M12.6 6.5A5.2 5.2 0 1 0 13 9.6"/>',
    "bad": '<path d="M5 8.5V2.8h6.3l1.5 4.4v1.3H9.3v3.2c0 .8-.6 1.4-1.4 1.4L5 8.5zM2.8 2.8v5.7"/>',
    "close": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "copy": '<rect x="5.5" y="5.5" width="7.5" height="8" rx="1.2"/><path d="M10.5 5.5V3.2c0-.6-.5-1-1-1H4c-.6 0-1 .4-1 1v6.3c0 .5.4 1 1 1h1.5"/>',
    "edit": '<path d="M3 13l.6-2.8 7.3-7.3 2.2 2.2-7.3 7.3L3 13z"/>',
    "export": '<path d="M8 2.5v7.2M5 7l3 3 3-3M3 12.8h10"/>',
    "good": '<path d="M5 7.5v5.7h6.3l1.5-4.4V7.5H9.3V4.3c0-.8-.6-1.4-1.4-1.4L5 7.5zM2.8 13.2V7.5"/>',
    "limit": '<path d="M2.5 3.5h11L9.3 8.6v3.9l-2.6 1V8.6L2.5 3.5z"/>',
    "moon": '<path d="M13 9.4A5.4 5.4 0 0 1 6.6 3a5.4 5.4 0 1 0 6.4 6.4z"/>',
    "new": '<path d="M8 3v10M3 8h10"/>',
    "remove": '<path d="M3 4.3h10M6.3 4.3V2.8h3.4v1.5M4.3 4.3l.6 8.9h6.2l.6-8.9"/>',
}


def icon(name: str) -> str:
    """Write one drawing; what it stands for is said by the label of its button.

    Raises:
        KeyError: There is none of this name.
    """
    return (
        '<svg class="zj-drawn" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor"'
        ' stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        f"{_PATHS[name]}</svg>"
    )
