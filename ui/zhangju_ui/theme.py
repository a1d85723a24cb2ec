"""The page's own look: ink on paper, with the red of a reader's brush for what is cited."""

from zhangju_ui.gradio_alone import gr

__all__ = ["build_theme"]

SANS = [
    "system-ui",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "sans-serif",
]
MONO = ["ui-monospace", "Menlo", "Consolas", "Noto Sans Mono CJK SC", "monospace"]

_CINNABAR = gr.themes.Color(
    c50="#fbf1ee",
    c100="#f6ded8",
    c200="#ecbfb4",
    c300="#df9887",
    c400="#cf6f5b",
    c500="#b9492f",
    c600="#a33a24",
    c700="#872e1d",
    c800="#6e271a",
    c900="#5a2318",
    c950="#33110b",
)
_INK = gr.themes.Color(
    c50="#faf9f6",
    c100="#f3f1ec",
    c200="#e6e3dc",
    c300="#d2cec5",
    c400="#a39e94",
    c500="#77736a",
    c600="#5a574f",
    c700="#43413b",
    c800="#2b2a26",
    c900="#1e1d1b",
    c950="#151412",
)


def build_theme() -> gr.themes.Base:
    """Build the theme; nothing in it is fetched from anywhere."""
    return gr.themes.Base(
        primary_hue=_CINNABAR,
        secondary_hue=_INK,
        neutral_hue=_INK,
        radius_size=gr.themes.sizes.radius_lg,
        text_size=gr.themes.sizes.text_md,
        font=[gr.themes.Font(name) for name in SANS],
        font_mono=[gr.themes.Font(name) for name in MONO],
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_200",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_primary="white",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_shadow_dark="none",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_800",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_shadow="none",
        input_shadow_focus="none",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_300",
        color_accent="*primary_500",
        color_accent_soft="*neutral_100",
        color_accent_soft_dark="*neutral_800",
    )
