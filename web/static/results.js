/* Comforts of the results page; without them all of it works by links and forms.
 *
 * Dragging over the chart of years chooses a span. / goes to the search field, j and k to the next and the previous hit;
 * who types by voice can switch these keys off (WCAG 2.1.4), which this browser remembers. */
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const MOVED = 4; // pixels beyond which a press is a drag
  const OFF = "tiaokuan-keys-off";

  function years(chart) {
    const columns = [...chart.querySelectorAll("a[data-year]")];
    const said = chart.parentElement.querySelector("output");
    const span = document.createElementNS(SVG, "rect");
    let start = null, chosen = null, dragged = false;

    const at = (x) => {
      const box = chart.getBoundingClientRect();
      const share = Math.min(Math.max((x - box.left) / box.width, 0), 0.999999);
      return Math.floor(share * columns.length);
    };
    const show = (x) => {
      chosen = [at(start), at(x)].sort((one, other) => one - other);
      const width = chart.viewBox.baseVal.width / columns.length;
      for (const [name, value] of Object.entries({ x: chosen[0] * width, y: 0, height: chart.viewBox.baseVal.height,
        width: (chosen[1] - chosen[0] + 1) * width, class: "span" })) span.setAttribute(name, value);
      chart.append(span);
      said.textContent = [...new Set(chosen.map((n) => columns[n].dataset.year))].join("–");
    };
    const stop = () => { start = null; span.remove(); said.textContent = ""; };

    chart.addEventListener("dragstart", (event) => event.preventDefault()); // or the browser would drag the link
    chart.addEventListener("pointerdown", (event) => {
      if (event.button || !event.isPrimary) return;
      start = event.clientX;
      dragged = false;
    });
    chart.addEventListener("pointermove", (event) => {
      if (start === null || (!dragged && Math.abs(event.clientX - start) < MOVED)) return;
      if (!dragged) chart.setPointerCapture(event.pointerId);
      dragged = true;
      show(event.clientX);
    });
    chart.addEventListener("pointerup", () => {
      if (start !== null && dragged) {
        const address = new URL(location.href);
        address.searchParams.set("since", columns[chosen[0]].dataset.year);
        address.searchParams.set("until", columns[chosen[1]].dataset.year);
        address.searchParams.delete("page");
        location.assign(address);
      }
      start = null;
    });
    chart.addEventListener("pointercancel", stop);
    chart.addEventListener("click", (event) => { if (dragged) event.preventDefault(); }, true);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && start !== null) { dragged = false; stop(); } });
    chart.parentElement.querySelector(".drag").hidden = false;
  }

  function keys(help) {
    const choice = help.querySelector("input");
    let off = false;
    try { off = localStorage.getItem(OFF) === "1"; } catch { /* then it is forgotten with the page */ }
    choice.checked = !off;
    choice.addEventListener("change", () => {
      off = !choice.checked;
      try { if (off) localStorage.setItem(OFF, "1"); else localStorage.removeItem(OFF); } catch { /* as above */ }
    });
    help.hidden = false;

    const hits = [...document.querySelectorAll(".hit h2 a")];
    const step = (by) => {
      const at = hits.indexOf(document.activeElement);
      hits[at < 0 ? (by > 0 ? 0 : hits.length - 1) : Math.min(Math.max(at + by, 0), hits.length - 1)]?.focus();
    };
    const moves = { "/": () => document.querySelector("tiaokuan-search, #q")?.focus(), j: () => step(1), k: () => step(-1) };
    document.addEventListener("keydown", (event) => {
      const typing = event.composedPath()[0].closest?.("input, textarea, select");
      if (off || typing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !moves[event.key]) return;
      event.preventDefault();
      moves[event.key]();
    });
  }

  document.querySelectorAll(".years svg").forEach(years);
  document.querySelectorAll(".keys").forEach(keys);
})();
