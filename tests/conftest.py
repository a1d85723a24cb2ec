"""Settings that all tests share."""

from hypothesis import settings

# A busy machine is no failure, and the first call of a test pays for imports.
settings.register_profile("zhangju", deadline=None)
settings.load_profile("zhangju")
