// The library in the panel: bars, search, the list of articles, files to add, articles to remove.

import { openLibrary } from "./panel.js";
import { job, request, upload } from "./server.js";
import { scope } from "./scope.js";
import { words } from "./state.js";
import { toast } from "./voice.js";

const body = document.getElementById("panel-body");
const MILLISECONDS_BETWEEN = 400;
const running = new Map(); // name and last state of the uploads of this page, by their ids

let listed = ""; // what the list of articles is limited to

const place = (name) => body.querySelector(`[data-${name}]`);

body.addEventListener("library", () => {
  list(0);
  mark(scope.filters());
  for (const node of running.values()) place("jobs")?.append(node);
});

body.addEventListener("article", tick);

async function list(offset) {
  const into = place("headings");
  if (!into) return;
  try {
    const { html } = await request("headings", { offset, ...scope.ofList() });
    if (offset) into.querySelector(".more")?.remove();
    into.innerHTML = offset ? into.innerHTML + html : html;
    listed = JSON.stringify(scope.ofList());
    tick();
  } catch (error) {
    toast(error.message);
  }
}

scope.onChange((filters) => {
  mark(filters);
  tick();
  if (place("headings") && listed !== JSON.stringify(scope.ofList())) list(0);
});

function tick() {
  for (const box of body.querySelectorAll("[data-tick]")) box.checked = scope.chose(box.dataset.tick);
}

body.addEventListener("change", (event) => {
  const { tick: id, title } = event.target.dataset;
  if (id) scope.article(id, event.target.checked ? title : undefined);
});

function mark(filters) {
  for (const bar of body.querySelectorAll(".bar")) {
    const chosen = bar.dataset.from === filters.date_from && bar.dataset.to === filters.date_to;
    bar.setAttribute("aria-pressed", String(chosen));
  }
}

body.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { from, to, account, more, remove } = button.dataset;
  if (from) {
    const chosen = button.getAttribute("aria-pressed") === "true";
    scope.dates(chosen ? null : from, to);
  }
  if (account !== undefined) scope.account(account);
  if (more) listMore();
  if (remove) removeArticle(button, remove);
});

// From how many are shown on: some may have been removed.
async function listMore() {
  const shown = body.querySelectorAll(".heading").length;
  await list(shown);
  body.querySelectorAll(".heading .looked")[shown]?.focus();
}

async function removeArticle(button, id) {
  const row = button.closest("li");
  if (!button.classList.contains("sure")) {
    button.classList.add("sure");
    button.textContent = words.sure;
    const { title } = row.querySelector("[data-tick]").dataset;
    button.setAttribute("aria-label", `${words.sure} ${title}`);
    return;
  }
  button.disabled = true;
  try {
    const { said } = await request("remove", { id });
    const beside = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector(".looked");
    (beside ?? body.querySelector("#panel-title")).focus();
    row.remove();
    if (scope.chose(id)) scope.article(id);
    toast(said);
    await renewFacts();
  } catch (error) {
    button.disabled = false;
    toast(error.message);
  }
}

// One stop for the whole row of bars; the arrow keys go along it.
body.addEventListener("keydown", (event) => {
  const bar = event.target.closest(".bar");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!bar || !step) return;
  const bars = [...body.querySelectorAll(".bar:not(:disabled)")];
  const next = bars[bars.indexOf(bar) + step];
  if (!next) return;
  bar.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  event.preventDefault();
});

// An emptied search field shows the list of all articles again.
body.addEventListener("input", (event) => {
  if (event.target.matches("#find") && !event.target.value) list(0);
});

body.addEventListener("submit", async (event) => {
  event.preventDefault();
  const into = place("headings");
  const q = new FormData(event.target).get("q")?.trim();
  if (!q) return list(0);
  try {
    into.innerHTML = (await request("find", { q, ...scope.ofList() })).html;
  } catch (error) {
    toast(error.message);
  }
});

body.addEventListener("change", (event) => {
  if (!event.target.matches("[data-files]")) return;
  add(event.target.files);
  event.target.value = "";
});

// Wherever on the page files are dropped, else the browser would leave the page for them.
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, async (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    place("drop-zone")?.classList.toggle("over", name === "dragenter" || name === "dragover");
    if (name !== "drop") return;
    if (!place("drop-zone")) await openLibrary(document.querySelector("[data-open=library]"));
    add(files);
  });
}

function add(files) {
  for (const file of files) follow(file);
}

async function follow(file) {
  const node = document.createElement("div");
  node.className = "job";
  const name = document.createElement("p");
  name.className = "job-name";
  name.textContent = file.name;
  const said = document.createElement("p");
  said.className = "about";
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", file.name);
  node.append(name, bar, said);
  place("jobs")?.append(node);
  running.set(node, node);
  try {
    said.textContent = words.uploading;
    let found = await upload(file, (share) => (bar.value = share));
    bar.removeAttribute("value");
    while (!["done", "failed"].includes(found.state)) {
      said.textContent = found.said;
      if (found.total) bar.value = found.done / found.total;
      await new Promise((resolve) => setTimeout(resolve, MILLISECONDS_BETWEEN));
      found = await job(found.id);
    }
    if (found.problem) throw new Error(found.problem);
    said.remove();
    const report = document.createElement("div");
    report.innerHTML = found.html; // made by the server's templates, which escape every value
    node.append(report);
    await renew();
  } catch (error) {
    said.className = "problem";
    said.textContent = error.message;
    if (!said.isConnected) node.append(said);
  } finally {
    bar.remove();
  }
}

// The figures and the list as they are now.
async function renew() {
  if (!place("headings")) return;
  await renewFacts();
  if (!body.querySelector("#find").value.trim()) await list(0);
}

// The figures; what is typed, listed and reported stays, and so does the focus.
async function renewFacts() {
  const now = document.createElement("template");
  now.innerHTML = (await request("library")).html; // made by the server's templates
  const shown = place("facts");
  const focused = shown?.contains(document.activeElement);
  shown?.replaceWith(now.content.querySelector("[data-facts]"));
  if (focused) body.querySelector("#panel-title").focus({ preventScroll: true });
  mark(scope.filters());
}
