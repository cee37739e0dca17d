// What a document's page does more where script runs: finding step by step, the section one is in, similar clauses of a
// selected passage, copying a citation. Without it the same is there as forms and links.
"use strict";

(() => {
  const body = document.querySelector(".document .body");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // -- find within the document: the server matches (full and half width, traditional and simplified are one) ----------

  function finder(form) {
    const field = form.elements.q;
    const said = form.querySelector("output");
    const steps = form.querySelector(".steps");
    const PAUSE = 250; // ms after the last key before the server is asked
    let marks = [], at = -1, shown = field.value.trim(), timer = 0, running = null;

    function take() {
      marks = [...body.querySelectorAll("mark.keyword")];
      at = -1;
      tell();
    }

    function tell() {
      const values = { at: at + 1, total: marks.length };
      form.classList.toggle("active", shown !== "");
      steps.hidden = !marks.length;
      if (!shown) said.textContent = "";
      else if (!marks.length) said.textContent = form.dataset.none;
      else said.textContent = fill(at < 0 ? form.dataset.total : form.dataset.at, values);
    }

    // The first step goes to what is on the screen or below it, not back to the top of a long document.
    function step(by) {
      if (!marks.length) return;
      marks[at]?.classList.remove("current");
      if (at < 0) {
        const below = marks.findIndex((mark) => mark.getBoundingClientRect().top >= form.getBoundingClientRect().bottom);
        at = by > 0 ? Math.max(below, 0) : (below < 0 ? marks.length : below) - 1;
      } else {
        at += by;
      }
      at = (at + marks.length) % marks.length;
      marks[at].classList.add("current");
      marks[at].scrollIntoView({ block: "center" });
      tell();
    }

    async function find() {
      clearTimeout(timer);
      const asked = field.value.trim();
      running?.abort();
      if (asked === shown) return;
      const address = new URL(form.action);
      if (asked) address.searchParams.set("q", asked);
      running = new AbortController();
      const { signal } = running;
      try {
        const answer = await fetch(address, { signal });
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        body.replaceChildren(...page.querySelector(".document .body").childNodes);
      } catch (error) {
        if (error.name !== "AbortError") form.submit();
        return;
      }
      shown = asked;
      history.replaceState(null, "", address.pathname + address.search);
      take();
      document.dispatchEvent(new Event("bodychange"));
    }

    form.addEventListener("input", (event) => {
      clearTimeout(timer);
      if (!event.isComposing) timer = setTimeout(find, PAUSE);
    });
    field.addEventListener("compositionend", () => { timer = setTimeout(find, PAUSE); });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await find();
      step(1);
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-step]");
      if (button) step(Number(button.dataset.step));
    });
    form.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") {
        event.preventDefault();
        field.value = "";
        field.focus();
        find();
      } else if (event.key === "Enter" && event.shiftKey && event.target === field) {
        event.preventDefault();
        find().then(() => step(-1));
      }
    });
    take();
  }

  // -- the outline says which section one is in -----------------------------------------------------------------------

  function follow(outline) {
    const links = [...outline.querySelectorAll("a[href^='#']")];
    const scroller = outline.closest("details");
    let targets = [], current = null, waiting = false;

    function find() {
      targets = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
      look();
    }

    function look() {
      waiting = false;
      // The last sections of a page cannot be scrolled up to the line.
      const ended = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
      const line = ended ? innerHeight : innerHeight / 4;
      let now = null;
      targets.forEach((target, at) => {
        if (target && target.getBoundingClientRect().top <= line) now = links[at];
      });
      if (now === current) return;
      current?.removeAttribute("aria-current");
      now?.setAttribute("aria-current", "location");
      current = now;
      if (!now) return;
      const [link, box] = [now.getBoundingClientRect(), scroller.getBoundingClientRect()];
      if (link.top < box.top || link.bottom > box.bottom) scroller.scrollTop += link.top - box.top - box.height / 2;
    }

    addEventListener("scroll", () => {
      if (!waiting) requestAnimationFrame(look);
      waiting = true;
    }, { passive: true });
    document.addEventListener("bodychange", find);
    find();
  }

  // -- similar clauses of what is selected ---------------------------------------------------------------------------

  function offerSimilar() {
    const SHORTEST = 6; // characters; less says too little to be like anything
    const link = document.createElement("a");
    link.className = "passage-link";
    link.rel = "nofollow";
    link.textContent = body.dataset.similarText;

    function offer() {
      const selection = getSelection();
      const text = selection.toString().replace(/\s+/g, " ").trim().slice(0, Number(body.dataset.longest));
      const inside = selection.rangeCount && body.contains(selection.anchorNode) && body.contains(selection.focusNode);
      if (!inside || selection.isCollapsed || text.length < SHORTEST) return hide();
      link.href = `${body.dataset.similar}?${new URLSearchParams({ text })}`;
      const range = selection.getRangeAt(0);
      const [box, place] = [body.getBoundingClientRect(), range.getBoundingClientRect()];
      // In the clause where the passage begins, before its tools: from a selection, Tab goes on from its beginning.
      const from = range.startContainer;
      const element = from.nodeType === Node.TEXT_NODE ? from.parentElement : from;
      const host = element.closest(".piece, .rest, .outside, h2, h3, h4, h5, h6") ?? body;
      const tools = host.querySelector(":scope > .tools");
      if (tools) tools.before(link);
      else if (host === body) body.append(link);
      else if (link.previousElementSibling !== host) host.after(link);
      link.style.top = `${place.bottom - box.top + 6}px`;
      link.style.left = `${Math.max(0, Math.min(place.left - box.left, box.width - link.offsetWidth))}px`;
    }

    const hide = () => link.remove();
    let timer = 0;
    document.addEventListener("selectionchange", () => {
      clearTimeout(timer);
      if (document.activeElement !== link) timer = setTimeout(offer, 150);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
    });
  }

  // -- copy ----------------------------------------------------------------------------------------------------------

  function copier(button) {
    const field = document.getElementById(button.dataset.copies);
    const label = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        if (!document.execCommand("copy")) return; // over plain HTTP there is no other way
      }
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  document.querySelectorAll("button[data-copies]").forEach(copier);
  if (!body) return;
  finder(document.querySelector("form.find"));
  offerSimilar();
  const outline = document.querySelector(".document .outline nav");
  if (outline) follow(outline);
})();
