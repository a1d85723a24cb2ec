/* Opens a citation's card, copies an answer with its sources, and mends two attributes that
   Gradio sets. The page works without it. */
(() => {
  "use strict";

  const open = (id) => {
    const target = document.getElementById(id);
    if (!target) return false;
    for (let node = target.parentElement; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    document.querySelectorAll(".zj-current").forEach((node) => node.classList.remove("zj-current"));
    target.classList.add("zj-current");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
    return true;
  };

  const copy = async (button) => {
    const message = button.closest(".message-content") ?? button.closest(".message");
    if (!message) return;
    const parts = message.querySelectorAll("p.zj-line:not(.zj-hint), .zj-notes li");
    const text = Array.from(parts, (part) => part.textContent.trim()).join("\n");
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without HTTPS and away from localhost the clipboard is only open to a selection.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = button.value;
    setTimeout(() => { button.textContent = label; }, 1600);
  };

  // Gradio empties the question box's placeholder when a question is sent and leaves it so,
  // and labels each message with its own markup, which a screen reader would read out.
  const mend = ({ target, type, oldValue }) => {
    if (type === "attributes" && target.matches("#zj-question textarea")) {
      if (!target.placeholder && oldValue) target.placeholder = oldValue;
    } else {
      const messages = target.closest?.("#zj-chatbot")?.querySelectorAll("[data-testid][aria-label]") ?? [];
      messages.forEach((message) => message.removeAttribute("aria-label"));
    }
  };
  new MutationObserver((changes) => changes.forEach(mend)).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["placeholder", "aria-label"],
    attributeOldValue: true,
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#zj-"]');
    if (link && open(link.getAttribute("href").slice(1))) event.preventDefault();
    const button = event.target.closest?.(".zj-copy");
    if (button) copy(button);
  });
})();
