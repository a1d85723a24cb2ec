"""What was freed goes back to the system, where the C library keeps it for later."""

import ctypes

__all__ = ["give_back_memory"]


def give_back_memory() -> None:
    """Return freed memory to the system; worth its milliseconds once, after much was loaded and let go.

    glibc keeps what lies below anything that is still in use. Other libraries have no such call.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    # Windows has no library of that kind, others have no such function.
    except (AttributeError, OSError, TypeError):
        return
    trim(0)
