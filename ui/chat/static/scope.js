// Limits that hold for every question until they are taken away: dates, an account, chosen articles.

import { words } from "./state.js";

const place = document.getElementById("scope");
const limits = { dates: null, account: null, articles: new Map() };
let changed = () => {};

export const scope = {
  dates(from, to) {
    limits.dates = from ? { from, to } : null;
    show();
  },
  account(name) {
    limits.account = name;
    show();
  },
  article(id, title) {
    if (title === undefined) limits.articles.delete(id);
    else limits.articles.set(id, title);
    show();
  },
  chose: (id) => limits.articles.has(id),
  // Those of the list of articles, which shows the others, too.
  ofList: () => ({ ...scope.filters(), article_ids: [] }),
  filters: () => ({
    date_from: limits.dates?.from ?? null,
    date_to: limits.dates?.to ?? null,
    accounts: limits.account ? [limits.account] : [],
    article_ids: [...limits.articles.keys()],
  }),
  onChange(call) {
    changed = call;
  },
};

function show() {
  const chips = [];
  if (limits.dates) {
    const { from, to } = limits.dates;
    chips.push(chip(from === to ? from : `${from} – ${to}`, () => scope.dates(null)));
  }
  if (limits.account) chips.push(chip(limits.account, () => scope.account(null)));
  if (limits.articles.size) {
    const titles = [...limits.articles.values()];
    const text = titles.length === 1 ? titles[0] : `${titles.length} ${words.chosen}`;
    const drop = () => {
      limits.articles.clear();
      show();
    };
    chips.push(chip(text, drop));
  }
  place.replaceChildren(...chips);
  place.hidden = !chips.length;
  changed(scope.filters());
}

function chip(text, drop) {
  const node = document.createElement("span");
  node.className = "chip";
  const name = document.createElement("span");
  name.className = "chip-name";
  name.textContent = words.only;
  const value = document.createElement("span");
  value.className = "chip-value";
  value.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chip-drop";
  button.textContent = "×";
  button.setAttribute("aria-label", `${words.undo}: ${text}`);
  button.addEventListener("click", drop);
  node.append(name, " ", value, button);
  return node;
}
