// The desk's search, and the filter and order of its tables. Every page is whole without this file.
// What is shown as text is set as text, never as markup: much of it was sent by others.
// A filtered table has an address: #~<id of its caption>.q=words&<id of its caption>.<column>=<choice>
"use strict";
const { root, search: index } = document.currentScript.dataset;

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
}

// Act once nothing more comes for a while; `settle` acts at once if something still waits.
function later(act, milliseconds) {
  let timer = 0;
  const now = () => { clearTimeout(timer); timer = 0; act(); };
  const wait = () => { clearTimeout(timer); timer = setTimeout(now, milliseconds); };
  return Object.assign(wait, { settle: () => { if (timer) now(); } });
}

const all = (selector) => [...document.querySelectorAll(selector)];
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
const wordsOf = (text) => plain(text).split(/\s+/).filter(Boolean);

// ---- The search: a combobox with a list of pages, as the WAI-ARIA practices describe it.

const SHOWN = 12;

// Lower is nearer: the name itself, its beginning, beginnings of its words, its middle, other words.
function rank(page, words) {
  if (!words.every((word) => page.all.includes(word))) return -1;
  const said = words.join(" ");
  if (page.name === said) return 0;
  if (page.name.startsWith(said)) return 1;
  const parts = page.name.split(/[\s_]+/);
  if (words.every((word) => parts.some((part) => part.startsWith(word)))) return 2;
  return words.every((word) => page.name.includes(word)) ? 3 : 4;
}

function search(bar) {
  const list = make("ul", { id: "found", role: "listbox", "aria-label": "Pages found" });
  const told = make("p", { class: "told", role: "status" });
  const field = make("input", {
    id: "search", role: "combobox", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    "aria-controls": "found", "aria-autocomplete": "list", placeholder: "Rule, college, file …",
  });
  bar.append(make("div", { class: "search", role: "search" },
    make("label", { for: "search" }, "Search the desk"), field, make("div", {}, list, told)));
  let pages, isAsked = false, active = -1;

  function load() {
    if (isAsked) return;
    isAsked = true;
    const source = make("script", { src: root + index });
    source.onload = () => {
      pages = window.deskPages.map(([kind, title, keywords, place]) =>
        ({ kind, title, place, name: plain(title), all: plain(`${title} ${keywords} ${kind} ${place}`) }));
      show();
    };
    source.onerror = () => { told.textContent = "The list of pages could not be read."; };
    document.head.append(source);
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
    told.textContent = "";
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function show() {
    close();
    const words = wordsOf(field.value);
    if (!pages || !words.length) return;
    const found = pages.map((page) => [rank(page, words), page]).filter(([nearness]) => nearness >= 0);
    found.sort(([a, one], [b, other]) => a - b || (one.name < other.name ? -1 : 1));
    list.append(...found.slice(0, SHOWN).map(([, page], number) => {
      const option = make("li", { id: `found-${number}`, role: "option", "aria-selected": "false" },
        make("bdi", {}, page.title), make("small", {}, page.kind));
      option.onclick = () => { location.href = root + page.place; };
      return option;
    }));
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    const more = found.length > SHOWN ? `, the nearest ${SHOWN} are listed` : "";
    told.textContent = found.length ? `${found.length} found${more}` : "No page found";
  }

  function choose(number) {
    const options = list.children;
    if (!options.length) return;
    if (active >= 0) options[active].setAttribute("aria-selected", "false");
    active = (number + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[active].id);
  }

  const keys = {
    ArrowDown: () => choose(active + 1),
    ArrowUp: () => choose(active < 0 ? -1 : active - 1),
    Enter: () => list.children[Math.max(active, 0)]?.click(),
    Escape() {
      if (list.hidden) field.value = "";
      close();
    },
  };
  field.onfocus = load;
  field.oninput = later(show, 60);
  field.onkeydown = (event) => {
    if (!keys[event.key] || event.isComposing) return;
    event.preventDefault();
    field.oninput.settle(); // else what was typed last would be looked up after the choice, and undo it
    keys[event.key]();
  };
  field.onblur = close;
  list.onmousedown = (event) => event.preventDefault(); // the field keeps the focus
  close();
  slash(field);
}

// "/" leads to the search. Who speaks to the machine may type it unawares, so it can be turned off (WCAG 2.1.4).
function slash(field) {
  let isOff = false;
  try { isOff = localStorage.deskSlash === "off"; } catch { /* a browser that stores nothing */ }
  const button = make("button", { type: "button", class: "plain" });
  const say = () => { button.textContent = `Turn ${isOff ? "on" : "off"} the / key, which leads to the search`; };
  button.onclick = () => {
    isOff = !isOff;
    try { localStorage.deskSlash = isOff ? "off" : "on"; } catch { /* it holds until the page is left */ }
    say();
  };
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || isOff || event.ctrlKey || event.metaKey || event.target.closest("input, select")) return;
    event.preventDefault();
    field.focus();
  });
  all(".foot").forEach((foot) => foot.append(button));
  say();
}

// ---- Tables.

// What a cell stands for: its data-value, or its text without the small print.
function valueOf(cell) {
  if (cell?.dataset.value !== undefined) return cell.dataset.value;
  const copy = cell?.cloneNode(true);
  copy?.querySelectorAll("small").forEach((small) => small.remove());
  return copy ? copy.textContent.replace(/\s+/g, " ").trim() : "";
}

// How many columns stand before a cell, and the cell of a row that has so many before it.
const columnOf = (cell) => {
  let at = 0;
  while ((cell = cell.previousElementSibling)) at += cell.colSpan;
  return at;
};
const cellAt = (row, column) => [...row.cells].find((cell) => columnOf(cell) === column);

// The rows of each body, in runs that begin with the head of a group where there are groups.
function runsOf(table) {
  const runs = [];
  for (const body of table.tBodies) {
    let run = null;
    for (const row of body.rows) {
      const isHead = row.classList.contains("group");
      if (!run || isHead) runs.push(run = { body, head: isHead && row, rows: [] });
      if (!isHead) run.rows.push(row);
    }
  }
  return runs;
}

const numberOf = (text) => Number(text.replace(/[,% ]/g, ""));

// Two values in order; where there is none, last in either direction.
function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  return sign * ((a > b) - (a < b));
}

function sortable(head) {
  const table = head.closest("table");
  const button = make("button", { type: "button", class: "sort" }, ...head.childNodes);
  head.append(button);
  button.onclick = () => {
    const runs = runsOf(table);
    const column = columnOf(head);
    const value = (row) => valueOf(cellAt(row, column)).replace(/^–$/, "");
    const said = new Map(runs.flatMap((run) => run.rows).map((row) => [row, value(row)]));
    const isNumber = ![...said.values()].some((value) => isNaN(numberOf(value)));
    const key = (row) => (said.get(row) ? (isNumber ? numberOf : plain)(said.get(row)) : null);
    const before = head.getAttribute("aria-sort");
    const isDown = before ? before === "ascending" : isNumber; // of numbers, the largest come first
    table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    for (const { body, rows } of runs) {
      const after = rows.at(-1)?.nextSibling;
      const keyed = rows.map((row) => [key(row), row]);
      keyed.sort(([a], [b]) => compare(a, b, isDown ? -1 : 1)).forEach(([, row]) => body.insertBefore(row, after));
    }
  };
}

function filterable(table) {
  const name = table.caption.id;
  const runs = runsOf(table);
  const rows = runs.flatMap((run) => run.rows);
  const texts = new Map(rows.map((row) => [row, plain(row.textContent)]));
  const labelled = (label, input) => make("div", {}, make("label", { for: input.id }, label), input);
  const field = make("input", { id: `${name}-filter`, type: "search", autocomplete: "off", spellcheck: "false" });
  const told = make("p", { role: "status" });
  const clear = make("button", { type: "button" }, "Clear");
  const bar = make("div", { class: "filter", role: "group", "aria-label": table.dataset.filter });
  const facets = [...table.tHead.querySelectorAll("[data-facet]")].map((head, order) => {
    const of = new Map(rows.map((row) => [row, valueOf(cellAt(row, columnOf(head)))]));
    const choices = [...new Set(of.values())].filter(Boolean).sort();
    const select = make("select", { id: `${name}-choice-${order}` }, make("option", { value: "" }, "All"),
      ...choices.map((choice) => make("option", { value: choice }, choice)));
    const label = valueOf(head);
    return { of, select, label, isNeeded: choices.length > 1, key: `${name}.${plain(label).replace(/\s+/g, "-")}` };
  });
  bar.append(labelled(table.dataset.filter, field),
    ...facets.filter((facet) => facet.isNeeded).map(({ label, select }) => labelled(label, select)),
    make("div", { class: "told" }, told, clear));
  (table.closest(".scroll") || table).before(bar);

  function apply() {
    const words = wordsOf(field.value);
    const chosen = facets.filter(({ select }) => select.value);
    const fits = (row) => chosen.every(({ of, select }) => of.get(row) === select.value)
      && words.every((word) => texts.get(row).includes(word));
    rows.forEach((row) => { row.hidden = !fits(row); });
    runs.forEach(({ head, rows: own }) => { if (head) head.hidden = own.every((row) => row.hidden); });
    const count = rows.filter((row) => !row.hidden).length.toLocaleString("en-US");
    clear.hidden = !words.length && !chosen.length;
    told.textContent = `${clear.hidden ? "" : `${count} of `}${rows.length.toLocaleString("en-US")} rows`;
  }

  // What the filter is set to, into an address and out of it.
  function write(state) {
    if (field.value.trim()) state.set(`${name}.q`, field.value.trim());
    facets.forEach(({ select, key }) => { if (select.value) state.set(key, select.value); });
  }
  function read(state) {
    field.value = state.get(`${name}.q`) || "";
    facets.forEach(({ select, key }) => {
      select.value = state.get(key) || "";
      if (select.selectedIndex < 0) select.value = "";
    });
    apply();
  }
  const change = () => { apply(); remember(); };
  field.oninput = later(change, 120);
  facets.forEach(({ select }) => { select.onchange = change; });
  clear.onclick = () => { read(new URLSearchParams()); remember(); field.focus(); };
  return { write, read };
}

const isState = () => location.hash.startsWith("#~");
const readAll = (text) => filters.forEach((filter) => filter.read(new URLSearchParams(text)));

function remember() {
  const state = new URLSearchParams();
  filters.forEach((filter) => filter.write(state));
  const text = String(state);
  if (text || isState()) history.replaceState(null, "", text ? `#~${text}` : location.href.split("#")[0]);
}

function follow() {
  if (isState()) readAll(location.hash.slice(2));
  else if (document.querySelector(":target")?.closest("tr[hidden]")) readAll(""); // a row that is asked for is shown
}

all(".desk").forEach(search);
all("th[data-sort]").forEach(sortable);
const filters = all("table[data-filter]").map(filterable);
readAll(isState() ? location.hash.slice(2) : "");
addEventListener("hashchange", follow);
