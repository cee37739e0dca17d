/* The search box of 条款 for any page. No dependency, no cookie, nothing but text is ever inserted.
 *
 *   <script src="https://HOST/embed.js" async></script>
 *   <tiaokuan-search><form action="https://HOST/search"><input name="q"><button>检索</button></form></tiaokuan-search>
 *
 * Attributes and CSS custom properties are described at HOST/help/embed. The form within is for pages without script. */
(() => {
  "use strict";
  if (customElements.get("tiaokuan-search")) return;

  const SOURCE = document.currentScript?.src;
  const PAUSE = 120; // ms without a key before suggestions are asked for
  const PATIENCE = 8000; // ms before a server counts as silent
  const WHOLE = 150; // characters of a clause that are shown whole; a longer one is cut around its longest match
  const BEFORE = 36;
  const KEPT = 40; // answers to suggestions that are remembered
  const FILTERS = ["mode", "issuer", "level", "since", "until", "kind", "region", "validity", "sort"];

  const WORDS = {
    zh: {
      label: "检索政策条款", placeholder: "词语、文号或问题", button: "检索", list: "检索建议", results: "检索结果",
      kinds: { number: "文号", term: "词语", title: "文件", heading: "标题" },
      found: (n) => (n ? `${n} 条建议，可用上下方向键选择` : "没有建议"),
      total: (n) => (n ? `找到 ${n} 条条款` : "没有找到相应的条款"),
      all: (n) => `查看全部 ${n} 条结果`, none: "换用更短或更常见的词，或直接用一句话提问。",
      busy: "正在检索…", open: "在条款网站上打开检索结果",
      timeout: "检索服务没有及时应答，请稍后再试。", unreachable: "连不上检索服务，请检查网络或稍后再试。",
      barred: (origin) => `检索服务尚未允许本网站（${origin}）读取结果；按“检索”可在条款网站上查看。`,
    },
    en: {
      label: "Search policy clauses", placeholder: "words, a document number or a question", button: "Search",
      list: "Suggestions", results: "Results",
      kinds: { number: "number", term: "term", title: "document", heading: "heading" },
      found: (n) => (n ? `${n} suggestion${n > 1 ? "s" : ""}; choose with the arrow keys` : "No suggestions"),
      total: (n) => (n ? `${n} clause${n > 1 ? "s" : ""} found` : "No clause found"),
      all: (n) => `See all ${n} results`, none: "Try shorter or more common words, or ask a whole question.",
      busy: "Searching…", open: "Open the results on the search site",
      timeout: "The search service did not answer in time; try again later.",
      unreachable: "The search service cannot be reached; check the network or try again later.",
      barred: (origin) => `The search service does not let this site (${origin}) read results; “Search” opens them there.`,
    },
  };

  const STYLE = `
:host {
  all: initial; display: block; position: relative; color-scheme: inherit; font-size: var(--tiaokuan-font-size, medium);
  --_accent: var(--tiaokuan-accent, #8f1d21); --_accent-ink: var(--tiaokuan-accent-ink, #fff);
  --_paper: var(--tiaokuan-paper, #fff); --_shade: var(--tiaokuan-shade, #f5f4f1); --_ink: var(--tiaokuan-ink, #1c1b19);
  --_soft: var(--tiaokuan-soft, #5b5852); --_rule: var(--tiaokuan-rule, #dad7d0); --_edge: var(--tiaokuan-edge, #76726a);
  --_mark: var(--tiaokuan-mark, #ffdf7e); --_focus: var(--tiaokuan-focus, #17457d);
  --_radius: var(--tiaokuan-radius, 4px); --_height: var(--tiaokuan-height, 2.75em);
  min-height: var(--_height);
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --_accent: var(--tiaokuan-accent, light-dark(#8f1d21, #e38d88));
    --_accent-ink: var(--tiaokuan-accent-ink, light-dark(#fff, #1a1110));
    --_paper: var(--tiaokuan-paper, light-dark(#fff, #161614)); --_shade: var(--tiaokuan-shade, light-dark(#f5f4f1, #262522));
    --_ink: var(--tiaokuan-ink, light-dark(#1c1b19, #e6e3dc)); --_soft: var(--tiaokuan-soft, light-dark(#5b5852, #a9a59b));
    --_rule: var(--tiaokuan-rule, light-dark(#dad7d0, #3a3834)); --_edge: var(--tiaokuan-edge, light-dark(#76726a, #8b877d));
    --_mark: var(--tiaokuan-mark, light-dark(#ffdf7e, #6a5000)); --_focus: var(--tiaokuan-focus, light-dark(#17457d, #92bdf0));
  }
}
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
form, .panel {
  font-family: var(--tiaokuan-font, "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", system-ui, sans-serif);
  font-size: 1em; line-height: 1.6; color: var(--_ink); overflow-wrap: anywhere; text-align: start;
}
form { display: flex; margin: 0; }
input, button { font: inherit; margin: 0; height: var(--_height); border-radius: var(--_radius); }
input {
  flex: 1; min-width: 0; padding: 0 .75em; color: inherit; background: var(--_paper); appearance: none;
  border: 1px solid var(--_edge); border-inline-end: 0; border-start-end-radius: 0; border-end-end-radius: 0;
}
input::placeholder { color: var(--_soft); opacity: 1; }
button {
  padding: 0 1.25em; border: 0; border-start-start-radius: 0; border-end-start-radius: 0; white-space: nowrap;
  background: var(--_accent); color: var(--_accent-ink); font-weight: 600; cursor: pointer;
}
button:hover { filter: brightness(.92); }
:focus-visible { outline: 2px solid var(--_focus); outline-offset: 1px; z-index: 1; position: relative; }
.panel {
  position: absolute; inset-block-start: calc(100% + 4px); inset-inline: 0; min-width: min(20em, 92vw);
  z-index: var(--tiaokuan-layer, 1000); max-height: var(--tiaokuan-panel-height, min(70vh, 34em)); overflow-y: auto;
  background: var(--_paper); border: 1px solid var(--_rule); border-radius: var(--_radius);
  box-shadow: 0 6px 24px rgb(0 0 0 / .14); overscroll-behavior: contain;
}
.panel.end { inset-inline: auto 0; }
ul, ol { list-style: none; margin: 0; padding: .25em 0; }
[role="option"] { display: flex; gap: 1em; align-items: baseline; padding: .35em .75em; cursor: pointer; }
[role="option"] > :first-child {
  flex: 1; min-width: 0; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
}
[role="option"][aria-selected="true"] { background: var(--_shade); box-shadow: inset 3px 0 0 var(--_accent); }
.kind, .path, .facts, .note { color: var(--_soft); font-size: .875em; }
mark { color: inherit; background: none; font-weight: 600; }
ol mark { background: var(--_mark); border-radius: 1px; }
li a { display: block; padding: .6em .75em; color: inherit; text-decoration: none; }
li + li a { border-top: 1px solid var(--_rule); }
li a:hover, li a:focus-visible { background: var(--_shade); outline-offset: -2px; }
li strong { display: block; font-weight: 600; line-height: 1.45; }
li a:hover strong { text-decoration: underline; text-underline-offset: .2em; }
p { margin: 0; }
.text { margin-top: .2em; }
.facts { display: flex; flex-wrap: wrap; gap: 0 1em; }
.note { padding: .6em .75em; }
.note a { color: var(--_ink); text-underline-offset: .2em; }
ol + .note { border-top: 1px solid var(--_rule); position: sticky; bottom: 0; background: var(--_paper); }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
@media (forced-colors: active) { [role="option"][aria-selected="true"] { outline: 2px solid Highlight; outline-offset: -2px; } }
@media print { .panel { display: none; } }
`;

  /** An element with properties or attributes and children; strings become text nodes. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  let sheet = null;
  function dress(root) {
    if ("adoptedStyleSheets" in root) {
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE); // needs no 'unsafe-inline'
      root.adoptedStyleSheets = [sheet];
    } else root.append(make("style", {}, STYLE));
  }

  /** Text with its matches in <mark>. Offsets count characters, of which some are two units of a JavaScript string. */
  function marked(text, spans, from = 0, to = Infinity) {
    const characters = Array.from(text);
    const end = Math.min(to, characters.length);
    const pieces = [];
    let at = from;
    for (const [start, stop] of spans) {
      const first = Math.max(start, at), last = Math.min(stop, end);
      if (first >= last) continue;
      pieces.push(characters.slice(at, first).join(""), make("mark", {}, characters.slice(first, last).join("")));
      at = last;
    }
    pieces.push(characters.slice(at, end).join(""));
    return [from > 0 ? "…" : "", ...pieces, end < characters.length ? "…" : ""].filter((piece) => piece !== "");
  }

  function excerpt(text, spans) {
    if (Array.from(text).length <= WHOLE) return marked(text, spans);
    const [best = [0, 0]] = [...spans].sort((one, other) => other[1] - other[0] - (one[1] - one[0])); // says most
    const from = best[1] <= WHOLE ? 0 : best[0] - BEFORE;
    return marked(text, spans, from, from + WHOLE);
  }

  /** What a person is told when no answer can be had. */
  class Trouble extends Error {
    constructor(message, barred = false) { super(message); this.barred = barred; }
  }

  class TiaokuanSearch extends HTMLElement {
    static observedAttributes = ["host", "lang", "label", "placeholder", "value", "target", ...FILTERS];
    #root; #form; #field; #button; #panel; #told;
    #options = []; #chosen = -1; #running = null; #timer = 0; #composing = false; #barred = null;
    #known = new Map();
    #outside = (event) => { if (!event.composedPath().includes(this)) this.close(); };

    connectedCallback() {
      if (!this.#root) this.#build();
      document.addEventListener("pointerdown", this.#outside);
    }

    disconnectedCallback() {
      document.removeEventListener("pointerdown", this.#outside);
      this.close();
    }

    attributeChangedCallback(name) {
      if (this.#root) this.#describe(name === "value");
    }

    /** Close the panel and forget what is under way. */
    close() {
      clearTimeout(this.#timer);
      this.#running?.abort();
      if (this.#root) this.#show([], "");
    }

    get value() { return this.#field ? this.#field.value : this.getAttribute("value") ?? ""; }
    set value(text) { if (this.#field) this.#field.value = text; else this.setAttribute("value", text); }

    // -- what it is made of

    #build() {
      this.#root = this.attachShadow({ mode: "open", delegatesFocus: true });
      dress(this.#root);
      this.#field = make("input", {
        type: "search", name: "q", part: "field", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
        "aria-controls": "list", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search",
      });
      this.#button = make("button", { part: "button" });
      this.#form = make("form", { part: "form", role: "search", method: "get" }, this.#field, this.#button);
      this.#panel = make("div", { class: "panel", part: "panel", hidden: "" });
      this.#told = make("p", { class: "told", role: "status" });
      this.#root.append(this.#form, this.#panel, this.#told);
      this.#describe(true);
      this.#listen();
    }

    #describe(withValue) {
      const words = this.#words;
      this.#field.setAttribute("aria-label", this.getAttribute("label") ?? words.label);
      this.#field.placeholder = this.getAttribute("placeholder") ?? words.placeholder;
      this.#button.textContent = words.button;
      this.#form.action = this.#address("search").href;
      if (withValue) this.#field.value = this.getAttribute("value") ?? "";
      this.#barred = null;
      this.#known.clear();
    }

    #listen() {
      const field = this.#field;
      field.addEventListener("compositionstart", () => { this.#composing = true; });
      field.addEventListener("compositionend", () => { this.#composing = false; this.#typed(); });
      field.addEventListener("input", (event) => { if (!event.isComposing) this.#typed(); });
      field.addEventListener("keydown", (event) => this.#pressed(event));
      this.#form.addEventListener("submit", (event) => {
        event.preventDefault(); // a host's policy may refuse forms to another site, where it lets links through
        if (!this.#composing) this.#search();
      });
      this.#panel.addEventListener("keydown", (event) => this.#walked(event));
      this.#root.addEventListener("focusout", (event) => {
        if (event.relatedTarget && !this.#root.contains(event.relatedTarget)) this.close();
      });
    }

    get #words() {
      const said = this.getAttribute("lang") ?? this.closest("[lang]")?.getAttribute("lang") ?? "zh";
      return /^en/i.test(said) ? WORDS.en : WORDS.zh;
    }

    #address(path, values = {}) {
      const host = this.getAttribute("host");
      const base = new URL(host ? `${host.replace(/\/*$/, "/")}` : SOURCE ?? document.baseURI, document.baseURI);
      const address = new URL(path, new URL(".", base));
      for (const [name, value] of Object.entries(values)) if (value) address.searchParams.set(name, value);
      return address;
    }

    #page() {
      const filters = Object.fromEntries(FILTERS.map((name) => [name, this.getAttribute(name)]));
      const lang = this.hasAttribute("lang") ? (this.#words === WORDS.en ? "en" : "zh") : null;
      return this.#address("search", { q: this.#query, ...filters, lang });
    }

    get #query() { return this.#field.value.trim(); }

    // -- keys

    /** An input method's Enter takes its candidate; it neither submits nor chooses. Some browsers tell by the code 229. */
    #pressed(event) {
      if (event.isComposing || event.keyCode === 229) return;
      const last = this.#options.length - 1;
      const moves = {
        ArrowDown: () => (this.#chosen < last ? this.#chosen + 1 : -1),
        ArrowUp: () => (this.#chosen < 0 ? last : this.#chosen - 1),
        Home: () => (this.#chosen < 0 ? null : 0),
        End: () => (this.#chosen < 0 ? null : last),
      };
      if (event.key === "Enter" && this.#chosen >= 0) this.#take(event, this.#options[this.#chosen]);
      else if (event.key === "Escape" && !this.#panel.hidden) { event.preventDefault(); this.close(); }
      else if (event.key === "ArrowDown" && last < 0) this.#down(event);
      else if (last >= 0 && moves[event.key] && !event.altKey && !event.shiftKey) {
        const next = moves[event.key]();
        if (next !== null) { event.preventDefault(); this.#choose(next); }
      }
    }

    /** Down goes on into the results; without any it asks for suggestions. */
    #down(event) {
      event.preventDefault();
      const link = this.#panel.querySelector("a");
      if (link) link.focus();
      else this.#suggest();
    }

    #walked(event) {
      const links = [...this.#panel.querySelectorAll("a")];
      const at = links.indexOf(this.#root.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
      if (event.key === "Escape") { this.#field.focus(); this.close(); }
      else if (at >= 0 && to !== undefined) { event.preventDefault(); (links[to] ?? this.#field).focus(); }
    }

    #choose(number) {
      this.#chosen = number;
      this.#options.forEach(({ element }, at) => element.setAttribute("aria-selected", String(at === number)));
      const option = this.#options[number]?.element;
      if (option) { this.#field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
      else this.#field.removeAttribute("aria-activedescendant");
    }

    // -- suggestions

    #typed() {
      clearTimeout(this.#timer);
      this.#running?.abort();
      if (!this.#query) this.close();
      else if (this.getAttribute("suggestions") !== "off") this.#timer = setTimeout(() => this.#suggest(), PAUSE);
    }

    async #suggest() {
      const query = this.#query;
      if (!query || this.#barred) return;
      try {
        const known = this.#known.get(query);
        const answer = known ?? (await this.#ask("api/v1/suggest", { q: query }));
        if (!known) this.#remember(query, answer);
        if (query === this.#query && this.#root.activeElement === this.#field) this.#offer(answer.suggestions);
      } catch (problem) { this.#excuse(problem); }
    }

    #remember(query, answer) {
      if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value);
      this.#known.set(query, answer);
    }

    #offer(suggestions) {
      const words = this.#words;
      const options = suggestions.map((suggestion, at) => ({ suggestion, element: make("li",
        { role: "option", id: `option-${at}`, part: "option", "aria-selected": "false" },
        make("span", { lang: "zh-CN" }, ...marked(suggestion.text, suggestion.highlights)),
        make("span", { class: "kind" }, words.kinds[suggestion.kind] ?? "")) }));
      for (const option of options) {
        option.element.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
        option.element.addEventListener("click", (event) => this.#take(event, option));
      }
      const list = make("ul", { role: "listbox", id: "list", "aria-label": words.list }, ...options.map((o) => o.element));
      this.#show(options.length ? [list] : [], words.found(options.length), options);
    }

    #take(event, { suggestion }) {
      event.preventDefault();
      this.#field.value = suggestion.text;
      if (suggestion.document_id) { this.close(); this.#go(this.#address(suggestion.url.slice(1))); }
      else this.#search();
    }

    // -- results

    #search() {
      const query = this.#query;
      clearTimeout(this.#timer);
      if (!query) { this.#field.focus(); return; }
      const asked = new CustomEvent("tiaokuan-search", { bubbles: true, composed: true, cancelable: true, detail: { query } });
      if (!this.dispatchEvent(asked)) this.close();
      else if (this.getAttribute("results") !== "panel" || this.#barred) { this.close(); this.#go(this.#page()); }
      else this.#fill(query);
    }

    #go(address) {
      if (!/^https?:$/.test(address.protocol)) return;
      window.open(address, this.getAttribute("target") ?? "_self", this.getAttribute("target") === "_blank" ? "noopener" : "");
    }

    async #fill(query) {
      const words = this.#words;
      this.#show([make("p", { class: "note" }, words.busy)], words.busy);
      try {
        const values = Object.fromEntries(this.#page().searchParams);
        const limit = this.getAttribute("limit") ?? "5";
        const answer = await this.#ask("api/v1/search", { ...values, limit, lang: words === WORDS.en ? "en" : "zh" });
        this.#show(this.#found(answer, query), words.total(answer.total));
      } catch (problem) { this.#excuse(problem); }
    }

    #found({ hits, total }, query) {
      const words = this.#words;
      if (!total) return [make("p", { class: "note" }, `${words.total(0)} · ${words.none}`)];
      const list = make("ol", { "aria-label": words.results }, ...hits.map((hit) => this.#hit(hit, query)));
      return [list, make("p", { class: "note" }, this.#link(this.#page(), words.all(total)))];
    }

    #hit(hit, query) {
      const address = this.#address(hit.url.slice(1), { q: query });
      const facts = [hit.issuer, hit.document_number, hit.issued_on].filter(Boolean).map((fact) => make("span", {}, fact));
      const link = this.#link(address, make("strong", {}, hit.title), ...(facts.length ? [make("p", { class: "facts" }, ...facts)] : []),
        make("p", { class: "text" }, ...excerpt(hit.text, hit.highlights)),
        make("p", { class: "path" }, hit.path.join(" › ")));
      link.lang = "zh-CN";
      return make("li", {}, link);
    }

    #link(address, ...children) {
      const target = this.getAttribute("target");
      return make("a", { href: address.href, target, rel: target === "_blank" ? "noopener" : null }, ...children);
    }

    /** Put things into the panel, or hide it; `said` is what a screen reader announces. */
    #show(content, said, options = []) {
      this.#options = options;
      this.#panel.replaceChildren(...content);
      this.#panel.hidden = !content.length;
      this.#panel.classList.remove("end");
      if (this.#panel.getBoundingClientRect().right > document.documentElement.clientWidth) this.#panel.classList.add("end");
      this.#field.setAttribute("aria-expanded", String(options.length > 0));
      this.#choose(-1);
      this.#told.textContent = said;
    }

    // -- the server

    /** JSON from the server. Only the newest question is answered; an older one never ends. */
    async #ask(path, values) {
      this.#running?.abort();
      const running = (this.#running = new AbortController());
      let silent = false;
      const timer = setTimeout(() => { silent = true; running.abort(); }, PATIENCE);
      try {
        const address = this.#address(path, values);
        const response = await fetch(address, { signal: running.signal, credentials: "omit", referrerPolicy: "no-referrer" });
        const answer = await response.json();
        if (!response.ok) throw new Trouble([answer.error?.message, answer.error?.remedy].filter(Boolean).join(" · "));
        return answer;
      } catch (problem) {
        if (problem instanceof Trouble) throw problem;
        if (silent) throw new Trouble(this.#words.timeout);
        if (running.signal.aborted) throw problem;
        throw await this.#diagnose();
      } finally { clearTimeout(timer); }
    }

    /** A browser does not say why it withheld an answer; /embed.json, which all may read, says whether this site may ask. */
    async #diagnose() {
      try {
        const facts = await (await fetch(this.#address("embed.json"), { credentials: "omit" })).json();
        if (facts.allowed === false) return new Trouble(this.#words.barred(location.origin), true);
      } catch { /* then it is out of reach altogether */ }
      return new Trouble(this.#words.unreachable);
    }

    #excuse(problem) {
      if (problem.name === "AbortError") return;
      if (!(problem instanceof Trouble)) throw problem;
      this.#barred = problem.barred || null;
      const more = this.#query ? [" ", this.#link(this.#page(), this.#words.open)] : [];
      this.#show([make("p", { class: "note" }, problem.message, ...more)], problem.message);
    }
  }

  customElements.define("tiaokuan-search", TiaokuanSearch);
})();
