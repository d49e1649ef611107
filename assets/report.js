// The script of the HTML report, after report-rows.js: draws the lists from the page's data. Every text goes in as text, never as HTML.
/* global rowDrawer -- of report-rows.js */
"use strict";
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const severities = data.severities;
  const byId = (id) => document.getElementById(id);
  const search = byId("search");
  const list = byId("list");

  const { F, C, text, element, clean, rowOf } = rowDrawer(data);

  const findings = data.rows.findings.map((row) => ({
    kind: "finding",
    row,
    severity: row[F.severity],
    layer: row[F.layer],
    suppressed: text(row, F.suppression) !== "",
    since: text(row, F.since),
    type: text(row, F.type),
    fixable: text(row, F.fix) === "fixed",
    kev: row[F.kev] === 1,
    words: [F.id, F.aliases, F.name, F.version, F.purl, F.summary, F.path, F.suppression]
      .map((index) => text(row, index))
      .join("\n")
      .toLowerCase(),
  }));
  const checks = data.rows.checks.map((row) => ({
    kind: "check",
    row,
    severity: row[C.severity],
    layer: row[C.layer],
    suppressed: text(row, C.suppression) !== "",
    since: text(row, C.since),
    type: "",
    fixable: false,
    kev: false,
    words: [C.id, C.title, C.message, C.paths, C.owners, C.suppression]
      .map((index) => text(row, index))
      .join("\n")
      .toLowerCase(),
  }));
  const tabs = {
    findings: findings.filter((item) => !item.suppressed),
    checks: checks.filter((item) => !item.suppressed),
    suppressed: [...findings, ...checks].filter((item) => item.suppressed),
  };

  const nothing = {
    tab: "findings",
    search: "",
    severity: "",
    only: "",
    layer: "",
    group: "layer",
    type: "",
    since: "",
  };
  let state = { ...nothing, ...fromHash() };

  // What is chosen stands in the address: a link shows the same.
  function fromHash() {
    const asked = new URLSearchParams(location.hash.slice(1));
    return Object.fromEntries([...asked].filter(([name]) => Object.hasOwn(nothing, name)));
  }

  function toHash() {
    const chosen = Object.entries(state).filter(([name, value]) => value !== nothing[name]);
    const hash = new URLSearchParams(chosen).toString();
    history.replaceState(null, "", hash === "" ? "#" : `#${hash}`);
  }

  function set(change) {
    state = { ...state, ...change };
    if (!Object.hasOwn(tabs, state.tab)) state.tab = nothing.tab;
    toHash();
    show();
  }

  const toggle = (name, value) => set({ [name]: state[name] === value ? "" : value });

  function chosen() {
    const words = state.search
      .toLowerCase()
      .split(/\s+/u)
      .filter((word) => word !== "");
    const severity = severities.indexOf(state.severity);
    return tabs[state.tab].filter(
      (item) =>
        (severity < 0 || item.severity === severity) &&
        (state.layer === "" || item.layer === Number(state.layer)) &&
        (state.type === "" || item.type === state.type) &&
        (state.since === "" || item.since === state.since) &&
        (state.only !== "fixable" || item.fixable) &&
        (state.only !== "kev" || item.kev) &&
        words.every((word) => item.words.includes(word)),
    );
  }

  function groupOf(item) {
    const finding = item.kind === "finding";
    switch (state.group) {
      case "layer":
        return item.layer;
      case "package":
        return finding ? `${text(item.row, F.name)} ${text(item.row, F.version)}` : text(item.row, C.id);
      case "id":
        return text(item.row, finding ? F.id : C.id);
      default:
        return "";
    }
  }

  function groupTitle(key, count) {
    const layer = data.layers[key];
    const sum = element("span", "", ` · ${count}`);
    if (state.group !== "layer") return element("h3", "", clean(String(key)), sum);
    if (layer === undefined) return element("h3", "", "the image's config", sum);
    const place = layer.origin === "" ? "" : `  ${layer.origin}`;
    return element("h3", "", `layer ${key}  ${layer.title}`, element("span", "", place), sum);
  }

  let drawing = 0;

  function show() {
    const items = chosen();
    const groups = new Map();
    for (const item of items) {
      const key = groupOf(item);
      const before = groups.get(key);
      if (before === undefined) groups.set(key, [item]);
      else before.push(item);
    }
    const parts = [...groups];
    if (state.group === "layer") parts.sort(([a], [b]) => a - b);
    list.replaceChildren();
    if (items.length === 0) list.append(element("p", "empty", emptyText()));
    byId("shown").textContent = `${items.length} of ${tabs[state.tab].length}`;
    marks();
    draw(parts, ++drawing);
  }

  const emptyText = () => (tabs[state.tab].length === 0 ? "nothing here" : "nothing fits the filters");

  const most = 400;

  // In slices, so that the first rows are there at once.
  function draw(parts, turn) {
    const slices = parts.flatMap(([key, items]) =>
      Array.from({ length: Math.ceil(items.length / most) }, (_, at) => [
        key,
        items.slice(at * most, (at + 1) * most),
        at === 0 ? items.length : 0,
      ]),
    );
    const step = () => {
      if (turn !== drawing) return;
      let rows = 0;
      while (rows < most && slices.length > 0) {
        const [key, items, count] = slices.shift();
        const part = element("div", "part");
        if (count > 0 && state.group !== "none") part.append(groupTitle(key, count));
        part.append(...items.map(rowOf));
        list.append(part);
        rows += items.length;
      }
      if (slices.length > 0) requestAnimationFrame(step);
      else list.dataset.drawn = String(turn);
    };
    step();
  }

  function marks() {
    for (const tab of document.querySelectorAll("[data-tab]")) select(tab, tab.dataset.tab === state.tab);
    for (const name of ["severity", "only", "layer"])
      for (const button of document.querySelectorAll(`button[data-${name}]`))
        button.setAttribute("aria-pressed", String(button.dataset[name] === state[name]));
    for (const name of ["group", "type", "since"]) byId(name).value = state[name];
    if (search.value !== state.search) search.value = state.search;
  }

  // One stop of the Tab key for all tabs; the list is named after the chosen one.
  function select(tab, chosenTab) {
    tab.setAttribute("aria-selected", String(chosenTab));
    tab.tabIndex = chosenTab ? 0 : -1;
    if (chosenTab) list.setAttribute("aria-labelledby", tab.id);
  }

  function fill(name, values, words = {}) {
    const select = byId(name);
    for (const value of [...new Set(values)]
      .filter((one) => one !== "")
      .toSorted((a, b) => (a < b ? -1 : 1))) {
      const option = element("option", "", words[value] ?? value);
      option.value = value;
      select.append(option);
    }
    if (select.length === 1) select.parentElement.hidden = true;
    select.addEventListener("change", () => set({ [name]: select.value }));
  }

  function move(by) {
    const buttons = [...list.querySelectorAll(".row > button")];
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[Math.min(Math.max(at + by, 0), buttons.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  function theme() {
    const root = document.documentElement;
    const dark =
      root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    root.dataset.theme = dark === "dark" ? "light" : "dark";
  }

  function nextOf(values, value, by) {
    return values[(values.indexOf(value) + by + values.length) % values.length];
  }

  let waiting = 0;
  const clear = () => {
    // What was typed a moment ago is not to come back.
    clearTimeout(waiting);
    search.value = "";
    set({ ...nothing, tab: state.tab, group: state.group });
  };
  const tab = (by) => {
    const focused = document.activeElement?.dataset.tab !== undefined;
    set({ tab: nextOf(Object.keys(tabs), state.tab, by) });
    if (focused) byId(`tab-${state.tab}`).focus();
  };
  const groups = [...byId("group").options].map((option) => option.value);
  const keys = {
    "/": () => search.focus(),
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    f: () => toggle("only", "fixable"),
    e: () => toggle("only", "kev"),
    g: () => set({ group: nextOf(groups, state.group, 1) }),
    "[": () => tab(-1),
    "]": () => tab(1),
    t: theme,
    "?": () => byId("keys").showModal(),
    Escape: clear,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
    if (event.target instanceof HTMLSelectElement) return;
    if (event.target === search) {
      if (event.key === "Escape" || event.key === "Enter") search.blur();
      if (event.key === "ArrowDown") move(1);
      return;
    }
    // Between tabs arrows are expected: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
    const arrow = { ArrowLeft: "[", ArrowRight: "]" }[event.key];
    if (arrow !== undefined && event.target.dataset.tab !== undefined) return keys[arrow]();
    const severity = severities[Number(event.key) - 1];
    const act =
      severity === undefined
        ? Object.hasOwn(keys, event.key)
          ? keys[event.key]
          : undefined
        : () => toggle("severity", severity);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });

  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => set({ search: search.value }), 120);
  });
  fill("group", []);
  fill(
    "type",
    findings.map((item) => item.type),
  );
  fill(
    "since",
    [...findings, ...checks].map((item) => item.since),
    {
      changed: "this change",
      "new-advisory": "new advisories",
      known: "known before",
    },
  );
  for (const name of ["severity", "only", "layer"])
    for (const button of document.querySelectorAll(`button[data-${name}]`))
      button.addEventListener("click", () => toggle(name, button.dataset[name]));
  for (const tab of document.querySelectorAll("[data-tab]"))
    tab.addEventListener("click", () => set({ tab: tab.dataset.tab }));
  byId("clear").addEventListener("click", clear);
  byId("theme").addEventListener("click", theme);
  byId("help").addEventListener("click", keys["?"]);
  byId("close").addEventListener("click", () => byId("keys").close());
  addEventListener("hashchange", () => {
    state = { ...nothing, ...fromHash() };
    show();
  });
  show();
}
