/* What the three panes need beyond Gradio: a source opens at the place that a link names, a
   question may be limited, replaced or taken from a selection, and the page keeps its language
   and light. All markup that holds text of documents or people is written and escaped in Python;
   here text is only ever set as text. */
const zhangju = (() => {
  "use strict";

  const one = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const kept = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1];
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=strict`; };

  /* Language: Gradio translates by what the browser says it speaks. */
  const tags = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW", en: "en" };
  const spoken = (first) => {
    const [tongue, ...regions] = first.toLowerCase().split("-");
    const isTraditional = !regions.includes("hans") && regions.some((each) => ["hant", "tw", "hk", "mo"].includes(each));
    return tongue === "zh" ? tags[isTraditional ? "zh-Hant" : "zh-Hans"] : tags.en;
  };
  // It knows neither zh nor zh-HK; the server decides by the same rule.
  const chosen = tags[kept("zj-language")] ?? spoken(navigator.language);
  Object.defineProperty(navigator, "language", { get: () => chosen });
  Object.defineProperty(navigator, "languages", { get: () => [chosen] });

  /* Panes and views */
  const showPane = (pane) => {
    document.body.dataset.pane = pane;
    all(".zj-pane-tab").forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.pane === pane)));
  };
  const showView = (view) => {
    document.body.dataset.view = view;
    all(".zj-view").forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.view === view)));
  };
  const isPhone = () => matchMedia("(max-width: 860px)").matches;
  const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

  /* Source pane */
  let latest = 0;
  let cameFrom = null;
  let opened = {};
  const sourceUrl = (place) => {
    const query = new URLSearchParams();
    for (const name of ["quote", "key", "check", "at", "after", "before"]) if (place[name]) query.set(name, place[name]);
    return `/zhangju/source/${encodeURIComponent(place.document)}?${query}`;
  };
  const open = async (place, link, quietly = false) => {
    const body = one("#zj-source-body");
    const turn = ++latest;
    opened = place;
    cameFrom = link ?? null;
    one(".zj-back").hidden = !link;
    if (isPhone() && !quietly) showPane("source");
    if (!quietly) showView("ask");
    const article = body.querySelector("article");
    const isOpen = article?.dataset.document === place.document;
    if (!isOpen) body.replaceChildren(said(body.dataset.loading));
    let fragment = null;
    if (!(isOpen && !place.quote && document.getElementById(`zj-at-${place.at}`))) {
      try {
        const response = await fetch(sourceUrl(place));
        fragment = await response.text();
      } catch {
        if (turn === latest) body.replaceChildren(said(body.dataset.unreachable));
        return;
      }
      if (turn !== latest) return;
      const scrolled = body.scrollTop;
      body.innerHTML = fragment;
      if (isOpen) body.scrollTop = scrolled;
    }
    one("#zj-source-name").textContent = body.querySelector("article")?.getAttribute("aria-label") ?? "";
    follow(place.document, Number(place.quote ? place.quote.split("-")[0] : place.at));
    if (quietly) return;
    all(".zj-current").forEach((node) => node.classList.remove("zj-current"));
    link?.classList.add("zj-current");
    const changed = body.querySelector(".zj-changed");
    const target = changed ?? (place.quote ? body.querySelector("mark") : blockAt(place.at));
    if (!target) { body.scrollTop = place.at > 0 ? body.scrollTop : 0; return; }
    if (!place.quote) target.classList.add("zj-current");
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    // Not scrollIntoView: that would move the panes themselves on a small screen.
    const top = target.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop;
    const room = place.quote && !changed ? body.clientHeight / 3 : 16;
    const wide = target.closest(".zj-wide");
    if (wide) wide.scrollLeft += target.getBoundingClientRect().left - wide.getBoundingClientRect().left - 16;
    body.scrollTo({ top: Math.max(0, top - room), behavior: isOpen ? motion() : "auto" });
  };
  const blockAt = (at) => document.getElementById(`zj-at-${at}`)
    ?? all("#zj-source-body .zj-article > [data-start]").findLast((block) => Number(block.dataset.start) <= Number(at));
  const fetched = async (place) => {
    const parsed = document.createElement("template");
    parsed.innerHTML = await (await fetch(sourceUrl(place))).text();
    return parsed.content;
  };
  /* What comes before or after is put beside what is there, and what was read stays where it was. */
  const extend = async (button) => {
    const [body, article] = [one("#zj-source-body"), button.closest("article")];
    const forward = button.matches(".zj-later");
    const { document: id, quote, key, check } = { ...opened, document: article.dataset.document };
    const edge = forward ? { after: article.dataset.end } : { before: article.dataset.start };
    button.disabled = true;
    let fragment = null;
    try {
      fragment = await fetched({ document: id, quote, key, check, ...edge });
    } catch {
      button.disabled = false;
      return;
    }
    if (!article.isConnected) return;
    const part = fragment.querySelector("article");
    // Parts of two documents do not fit together.
    if (part?.dataset.version !== article.dataset.version) { open({ document: id, at: button.dataset.at }); return; }
    const first = forward ? part.firstElementChild : part.lastElementChild;
    const told = forward ? null : Array.from(part.querySelectorAll(".zj-page")).at(-1);
    const next = button.nextElementSibling;
    if (told && next?.matches(".zj-page") && next.textContent === told.textContent) next.remove();
    const below = body.scrollHeight - body.scrollTop;
    button.replaceWith(...part.childNodes);
    article.dataset[forward ? "end" : "start"] = part.dataset[forward ? "end" : "start"];
    if (!forward) body.scrollTop = body.scrollHeight - below;
    if (!first) return;
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  };
  /* The section that is read is marked in the outline. */
  const follow = (document, at) => {
    let here = null;
    all(".zj-section .zj-open").forEach((button) => {
      button.removeAttribute("aria-current");
      if (button.dataset.document === document && Number(button.dataset.at) <= at) here = button;
    });
    here?.setAttribute("aria-current", "true");
    const list = one("#zj-documents");
    if (!here?.offsetParent || !list) return;
    const [row, frame] = [here.getBoundingClientRect(), list.getBoundingClientRect()];
    if (row.top < frame.top || row.bottom > frame.bottom) list.scrollTop += row.top - frame.top - frame.height / 3;
  };
  const said = (words) => {
    const line = document.createElement("p");
    line.className = "zj-empty";
    line.textContent = words;
    return line;
  };
  const placeOf = (link) => Object.fromEntries(new URLSearchParams(link.getAttribute("href").slice(4)));

  /* The question box */
  const state = { document: "", section: "", name: "", replace: null };
  const box = () => one("#zj-question textarea");
  const type = (text) => {
    const area = box();
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, text);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const ask = (question, turn = null) => {
    const submit = one("#zj-question .submit-button");
    if (!submit || isUntaken()) return;
    if (isPhone()) showPane("chat");
    type(question);
    if (turn) edit(turn.replace, turn);
    submit.click();
  };

  /* One thing at a time: what is asked while the page loads, goes to another conversation or ends an
     answer waits until that is done. Gradio would drop it, or send it to the conversation before. */
  let moving = 1;
  let asked = null;
  let held = null;
  // Its words stand in the box until the server has them: a second click or Enter is the same question.
  const isUntaken = () => asked !== null && box().value === asked;
  const hold = (event) => {
    if (isUntaken() || moving || asked !== null) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!isUntaken()) held = { question: box().value, turn: again };
    } else {
      asked = box().value;
    }
  };
  const release = () => {
    if (moving || asked !== null || held === null) return;
    const { question, turn } = held;
    held = null;
    ask(question, turn);
  };
  const move = () => {
    moving += 1;
    held = null;
    // What was to be asked anew stands in the conversation that is left.
    before = null;
    edit(null);
  };
  const moved = () => {
    moving -= 1;
    release();
    refresh();
  };
  const answered = () => {
    asked = null;
    // Of an answer that is longer than the pane the beginning is seen, once Gradio has scrolled to its end.
    setTimeout(() => {
      const row = all("#zj-chatbot .user-row").at(-1);
      const hidden = row?.getBoundingClientRect().top < one("#zj-chatbot").getBoundingClientRect().top;
      if (hidden && asked === null) row.scrollIntoView({ block: "start", behavior: motion() });
    }, 350);
    tabs.postMessage(current());
    release();
    refresh();
  };

  /* What another tab of this browser asks in the same conversation is shown here as well. */
  const tabs = new BroadcastChannel("zhangju");
  const current = () => one("#zj-conversations [aria-current]")?.dataset.id;
  let behind = false;
  let follows = null;
  const refresh = () => {
    if (!behind || !follows || moving || asked !== null || held !== null) return;
    behind = false;
    moving += 1;
    follows();
  };
  tabs.addEventListener("message", ({ data }) => {
    if (!data || data !== current()) return;
    behind = true;
    refresh();
  });
  // Who asks may have closed their tab before the end.
  addEventListener("focus", () => {
    behind ||= one("#zj-chatbot .zj-elsewhere") !== null;
    refresh();
  });
  document.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target === box()) hold(event);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#zj-question .submit-button")) hold(event);
  }, true);
  const draft = (text) => {
    if (isPhone()) showPane("chat");
    showView("ask");
    type(text);
    box().focus();
    box().setSelectionRange(text.length, text.length);
  };
  const showState = () => {
    one(".zj-limited").hidden = !state.document;
    one(".zj-chip-name").textContent = state.name;
    one(".zj-editing").hidden = state.replace === null;
    showLimit();
  };
  const showLimit = () => {
    all(".zj-limit").forEach((button) => {
      const same = button.dataset.document === state.document && button.dataset.section === state.section;
      button.setAttribute("aria-pressed", String(same));
    });
  };
  const limit = (to) => {
    Object.assign(state, { document: to?.document ?? "", section: to?.section ?? "", name: to?.name ?? "" });
    showState();
  };
  // What is asked again is asked where it was asked the first time, whatever is limited to now.
  let again = null;
  let before = null;
  const edit = (turn, where = null) => {
    state.replace = turn;
    again = where;
    showState();
  };
  const change = (turn) => {
    before ??= { ...state };
    limit(turn.document ? turn : null);
    edit(turn.replace);
  };
  const keepOld = () => {
    if (before) limit(before.document ? before : null);
    before = null;
    edit(null);
    type("");
  };
  const take = () => {
    const wanted = JSON.stringify({ ...state, ...again });
    before = null;
    edit(null);
    // Gradio follows an answer only from the end of what is there.
    one("#zj-chatbot .panel-wrap, #zj-chatbot .bubble-wrap")?.scrollTo(0, 1e9);
    // The server takes the question down at once; other tabs see that it is asked.
    setTimeout(() => tabs.postMessage(current()), 700);
    return [asked, wanted];
  };
  const questionOf = (button) => {
    const rows = all("#zj-chatbot .message-row");
    const row = button.closest(".message-row");
    const asked = rows[rows.indexOf(row) - 1]?.querySelector(".message-content, .message")?.cloneNode(true);
    asked?.querySelectorAll(".zj-scoped").forEach((node) => node.remove());
    return asked?.innerText.trim() ?? "";
  };

  /* Copying and votes */
  const copy = async (button) => {
    const message = button.closest(".message-content") ?? button.closest(".message");
    const lines = Array.from(message.querySelectorAll("p.zj-line:not(.zj-hint)"), (line) => line.textContent.trim());
    const notes = Array.from(message.querySelectorAll(".zj-notes li"), (note) => {
      const part = (name) => note.querySelector(name).textContent.trim();
      return `[${part(".zj-number")}] ${part(".zj-path")} (${part(".zj-where").replace(/\s+/g, " ")})`;
    });
    const text = [...lines, ...(notes.length ? ["", ...notes] : [])].join("\n");
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
      button.focus();
    }
    button.dataset.done = button.value;
    setTimeout(() => { delete button.dataset.done; }, 1600);
  };
  const send = (vote) => fetch("/zhangju/votes", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(vote),
  });
  const vote = async (button) => {
    const [turn, way] = button.value.split("-");
    const conversation = one("#zj-conversations [aria-current]")?.dataset.id;
    const undo = button.classList.contains("zj-pressed");
    const cast = { conversation, turn: Number(turn), vote: undo ? "" : way, comment: "" };
    if (!(await send(cast)).ok) return;
    for (const each of button.parentElement.querySelectorAll(".zj-vote")) {
      each.classList.toggle("zj-pressed", each === button && !undo);
      each.setAttribute("aria-pressed", String(each === button && !undo));
    }
    if (undo) return;
    const comment = await answerOf("#zj-comment");
    if (comment === "save") await send({ ...cast, comment: one("#zj-comment textarea").value });
  };
  const answerOf = (selector) => new Promise((done) => {
    const dialog = one(selector);
    dialog.querySelectorAll("textarea").forEach((area) => { area.value = ""; });
    dialog.returnValue = "";
    dialog.addEventListener("close", () => done(dialog.returnValue), { once: true });
    dialog.showModal();
  });
  const isSure = async (kind, name) => {
    const words = one("#zj-sure").dataset;
    one("#zj-sure p").textContent = words[kind].replace("{}", () => name);
    one("#zj-sure .zj-primary").textContent = words[`${kind}Yes`];
    return (await answerOf("#zj-sure")) === "yes";
  };

  /* What Gradio is told: buttons in a part of the page become its events. */
  const tell = (element, trigger, names) => {
    if (names.follow) follows = () => trigger(names.follow, {});
    element.addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      if (button?.matches(".zj-conversation")) {
        move();
        trigger(names.open, { id: button.dataset.id });
        if (isPhone()) showPane("chat");
      } else if (button?.matches(".zj-new")) {
        move();
        trigger(names.fresh, {});
        if (isPhone()) showPane("chat");
        box().focus();
      } else if (button?.matches(".zj-delete")) {
        if (!(await isSure("delete", button.dataset.name))) return;
        move();
        trigger(names.erase, { id: button.dataset.id });
      } else if (button?.matches(".zj-withdraw")) {
        trigger(names.withdraw, { name: button.dataset.name });
      } else if (button?.matches(".zj-remove")) {
        if (!(await isSure("remove", button.dataset.name))) return;
        if (state.document === button.dataset.document) limit(null);
        trigger(names.remove, { document: button.dataset.document });
      }
    });
  };

  /* The quote of a citation, where the pointer or the focus is */
  const tip = (link) => {
    const box = one("#zj-tip");
    const note = link && Array.from(link.closest(".message")?.querySelectorAll(".zj-notes a") ?? [])
      .find((each) => each.getAttribute("href") === link.getAttribute("href"));
    all("[aria-describedby=zj-tip]").forEach((node) => node.removeAttribute("aria-describedby"));
    if (box) box.hidden = !note;
    if (!note) return;
    const path = document.createElement("strong");
    path.textContent = note.querySelector(".zj-path").textContent;
    const quote = document.createElement("span");
    quote.textContent = note.parentElement.querySelector(".zj-whole").textContent;
    box.replaceChildren(path, quote);
    link.setAttribute("aria-describedby", "zj-tip");
    placeTip(link);
  };
  const placeTip = (link) => {
    const box = one("#zj-tip");
    const at = link.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - 24), innerWidth - box.offsetWidth - 8);
    const above = at.top - box.offsetHeight - 8;
    box.style.left = `${left}px`;
    box.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  };

  /* A selection in the source */
  const selected = () => {
    const selection = getSelection();
    const inside = selection.rangeCount && one("#zj-source-body")?.contains(selection.getRangeAt(0).commonAncestorContainer);
    return inside ? selection.toString().replace(/\s+/g, " ").trim().slice(0, 300) : "";
  };
  const offer = () => {
    const button = one(".zj-selected");
    if (!button || document.activeElement === button) return;
    button.hidden = !selected();
    if (button.hidden) return;
    const at = getSelection().getRangeAt(0).getBoundingClientRect();
    button.style.left = `${Math.max(8, Math.min(at.left, innerWidth - button.offsetWidth - 8))}px`;
    button.style.top = `${Math.min(at.bottom + 6, innerHeight - button.offsetHeight - 8)}px`;
  };
  const filter = (words) => {
    const wanted = words.trim().toLocaleLowerCase();
    all(".zj-document").forEach((document) => {
      document.hidden = !document.querySelector("summary").textContent.toLocaleLowerCase().includes(wanted);
    });
  };

  const actions = {
    ".zj-cite, .zj-note": (link, event) => { event.preventDefault(); open(placeOf(link), link); },
    ".zj-skip": (link, event) => {
      event.preventDefault();
      showView("ask");
      if (isPhone()) showPane("chat");
      box().focus();
    },
    ".zj-open": (button) => open({ document: button.dataset.document, at: button.dataset.at }),
    ".zj-part": extend,
    ".zj-back": () => {
      if (isPhone()) showPane("chat");
      cameFrom?.scrollIntoView({ block: "nearest" });
      cameFrom?.focus();
    },
    ".zj-limit": (button) => limit(button.getAttribute("aria-pressed") === "true" ? null : button.dataset),
    ".zj-unlimit": () => { limit(null); box().focus(); },
    ".zj-unedit": () => { keepOld(); box().focus(); },
    ".zj-ask": (button) => ask(button.value),
    ".zj-retry": (button) => ask(questionOf(button), JSON.parse(button.value)),
    ".zj-edit": (button) => { change(JSON.parse(button.value)); draft(questionOf(button)); },
    ".zj-copy": copy,
    ".zj-vote": vote,
    ".zj-selected": (button) => {
      const words = selected();
      button.hidden = true;
      if (words) draft(button.value.replace("{}", () => words));
    },
    ".zj-pane-tab": (button) => showPane(button.dataset.pane),
    ".zj-view": (button) => showView(button.dataset.view),
    ".zj-dark": () => {
      const dark = !document.body.classList.contains("dark");
      keep("zj-light", dark ? "dark" : "light");
      document.body.classList.toggle("dark", dark);
    },
  };
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(actions)) {
      const target = event.target.closest?.(selector);
      if (target) { act(target, event); return; }
    }
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches?.(".zj-outcomes")) {
      all(".zj-case").forEach((each) => { each.hidden = Boolean(target.value) && each.dataset.outcome !== target.value; });
    }
    if (target.matches?.(".zj-language")) {
      keep("zj-language", target.value);
      switches = true;
      location.reload();
    }
  });
  document.addEventListener("input", ({ target }) => {
    if (target.matches?.(".zj-filter")) filter(target.value);
    if (target !== box()) return;
    // Who goes on typing has not asked yet, nor asks the same again.
    held = null;
    if (again) edit(null);
  });
  document.addEventListener("toggle", async ({ target }) => {
    const part = target.open && target.querySelector(":scope > .zj-lazy");
    if (!part || part.childElementCount || part.dataset.asked) return;
    part.dataset.asked = "yes";
    try {
      const response = await fetch(part.dataset.url);
      if (response.ok) part.innerHTML = await response.text();
    } finally {
      // Who opens it again asks again.
      if (!part.childElementCount) delete part.dataset.asked;
    }
  }, true);
  for (const [name, shows] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
    document.addEventListener(name, ({ target }) => {
      const link = target.closest?.("a.zj-cite");
      if (link) tip(shows ? link : null);
    });
  }
  document.addEventListener("scroll", () => {
    const link = one("a[aria-describedby=zj-tip]");
    if (link) placeTip(link);
  }, true);
  document.addEventListener("selectionchange", () => { if (!selected()) offer(); });
  document.addEventListener("pointerup", () => setTimeout(offer));
  document.addEventListener("keyup", (event) => { if (event.shiftKey || event.key === "Shift") offer(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || one("dialog[open]")) return;
    const told = one("a[aria-describedby=zj-tip]");
    tip(null);
    if (told) return;
    if (state.replace !== null && event.target === box()) keepOld();
    else if (one("#zj-source").contains(event.target) && cameFrom) actions[".zj-back"]();
    else one("#zj-question .stop-button")?.click();
  });

  /* Files may be dropped anywhere on the page. */
  document.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    const input = one("#zj-drop input[type=file]");
    if (!event.dataTransfer?.files.length || event.target.closest?.("#zj-drop")) return;
    event.preventDefault();
    if (!input) return;
    showPane("library");
    showView("ask");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* Gradio empties the question box's placeholder when a question is sent and leaves it so, and
     labels each message with its own markup, which a screen reader would read out. */
  const mend = ({ target, type: kind, oldValue }) => {
    if (kind === "attributes" && target.matches("#zj-question textarea")) {
      if (!target.placeholder && oldValue) target.placeholder = oldValue;
    } else {
      // A list or a tree that is written anew does not know what is limited to.
      if (target.closest?.("#zj-documents")) showLimit();
      // Its words say what it does, and in the page's language.
      one("#zj-drop .upload-container[aria-label]")?.removeAttribute("aria-label");
      const down = one("#zj-chatbot .scroll-down-button-container button:not([data-said])");
      const words = one(".zj-state")?.dataset.down;
      if (down && words) Object.assign(down, { ariaLabel: words, title: words }).dataset.said = "yes";
      for (const [kind, name] of [["submit", "send"], ["stop", "stop"]]) {
        const button = one(`#zj-question .${kind}-button:not([title])`);
        const says = one(".zj-state")?.dataset[name];
        if (button && says) Object.assign(button, { ariaLabel: says, title: says });
      }
      const labelled = target.closest?.("#zj-chatbot")?.querySelectorAll("[data-testid][aria-label]") ?? [];
      labelled.forEach((message) => message.removeAttribute("aria-label"));
      all("#zj-chatbot .zj-vote:not([aria-pressed])").forEach((button) => {
        button.setAttribute("aria-pressed", String(button.classList.contains("zj-pressed")));
      });
    }
  };
  new MutationObserver((changes) => changes.forEach(mend)).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["placeholder", "aria-label"],
    attributeOldValue: true,
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.body.dataset.pane = "chat";
    document.body.dataset.view = "ask";
    const light = kept("zj-light");
    if (!light) return;
    // Gradio sets the class by what the system prefers, whenever it likes.
    const apply = () => {
      const isDark = (kept("zj-light") ?? light) === "dark";
      if (document.body.classList.contains("dark") !== isDark) document.body.classList.toggle("dark", isDark);
    };
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    apply();
  });

  /* A page that is loaded anew, in another language say, opens its source where it was read. */
  const READ = "zhangju-read";
  // Whoever blocks cookies has no storage either: to look at it is an error then.
  const storage = () => { try { return sessionStorage; } catch { return null; } };
  let switches = false;
  const firstSeen = () => {
    const top = one("#zj-source-body").getBoundingClientRect().top;
    const block = all("#zj-source-body .zj-article > [data-start]").find((each) => each.getBoundingClientRect().bottom > top);
    return block && { at: block.dataset.start, below: block.getBoundingClientRect().top - top };
  };
  addEventListener("pagehide", () => {
    const body = one("#zj-source-body");
    const read = { place: body?.querySelector("article") && opened, seen: body && firstSeen(), link: cameFrom?.getAttribute("href") };
    if (switches) {
      Object.assign(read, { pane: document.body.dataset.pane, view: document.body.dataset.view });
      Object.assign(read, { limit: before ?? { ...state }, draft: asked === null && state.replace === null ? box().value : "" });
    }
    storage()?.setItem(READ, JSON.stringify(read));
  });
  const reopen = async ({ place, seen, link, pane, view, limit: to, draft: words }) => {
    if (pane) showPane(pane);
    if (view) showView(view);
    if (to?.document && holds(to.document)) limit(to);
    if (words && !box().value) type(words);
    if (!place?.document || !holds(place.document)) return false;
    // Where the section or the quote alone would show another part of a long document.
    await open(!place.quote && seen ? { ...place, at: seen.at } : place, null, true);
    cameFrom = all("#zj-chatbot a.zj-cite, #zj-chatbot a.zj-note").find((each) => each.getAttribute("href") === link) ?? null;
    cameFrom?.classList.add("zj-current");
    one(".zj-back").hidden = !cameFrom;
    const block = seen && all("#zj-source-body .zj-article > [data-start]").find((each) => each.dataset.start === seen.at);
    const body = one("#zj-source-body");
    const [target, below] = block ? [block, seen.below] : [body.querySelector("mark"), body.clientHeight / 3];
    if (target) body.scrollTop += target.getBoundingClientRect().top - body.getBoundingClientRect().top - below;
    return true;
  };
  const holds = (identity) => all(".zj-document").some((each) => each.dataset.document === identity);
  /* A library of one document is read at once. */
  const begin = async () => {
    const read = JSON.parse(storage()?.getItem(READ) ?? "{}");
    storage()?.removeItem(READ);
    const only = all(".zj-document[open]")[0]?.dataset.document;
    moved();
    if (!(await reopen(read)) && only && !one("#zj-source-body article")) open({ document: only, at: "0" }, null, true);
  };

  /* Whoever gave or withdrew a file by the keyboard goes on from there: its button is a new one then. */
  const offered = () => { if (document.activeElement === document.body) one("#zj-drop button")?.focus(); };

  /* What was replaced or removed does not stay open, nor what is limited to it. */
  const shelved = async () => {
    const body = one("#zj-source-body");
    const article = body.querySelector("article");
    if (state.document && !holds(state.document)) limit(null);
    if (!article) return;
    const { document: identity, version } = article.dataset;
    const fragment = await fetched({ ...opened, document: identity });
    if (!article.isConnected || fragment.querySelector("article")?.dataset.version === version) return;
    body.replaceChildren(fragment);
    body.scrollTop = 0;
    one("#zj-source-name").textContent = body.querySelector("article")?.getAttribute("aria-label") ?? "";
  };

  return { answered, begin, moved, offered, shelved, take, tell };
})();
