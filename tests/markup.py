"""What a browser would see in markup: tags, attributes, text, and what is marked."""

import html
import re
from html.parser import HTMLParser


class Reader(HTMLParser):
    """Collects what a browser would see: tags, attributes and text."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note a tag with its attributes."""
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)

    def handle_data(self, data):
        """Note text, with its references resolved."""
        self.words.append(data)

    @property
    def text(self):
        """All text in order."""
        return "".join(self.words)

    def all(self, name):
        """Every value of one attribute."""
        return [value for key, value in self.attributes if key == name]


def marked(markup):
    """The text under <mark>, in order."""
    return [html.unescape(re.sub("<[^>]+>", "", m)) for m in re.findall(r"<mark[^>]*>(.*?)</mark>", markup)]
