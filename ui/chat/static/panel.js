// The panel beside the conversation: an article to read, or the library. A sheet on a phone.

import { request } from "./server.js";
import { words } from "./state.js";
import { toast, untilReady } from "./voice.js";

const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");
const back = panel.querySelector('[data-do="back"]');
let from = null; // what had the focus before the panel opened
let latest = 0;

export const isOpen = () => !panel.hidden;

export async function openArticle(button) {
  const { article, start, end, marks, passage } = button.dataset;
  // A sentence of an opened article leads on in it: the way back stays as it was.
  const inLibrary = button.closest(".reader") ? !back.hidden : body.contains(button);
  await show("article", { id: article, start, end, marks, passage }, button, inLibrary);
  body.dispatchEvent(new CustomEvent("article"));
  for (const old of document.querySelectorAll(".cite.open")) old.classList.remove("open");
  if (button.matches(".cite")) button.classList.add("open");
  const mark = body.querySelector("mark, .passage");
  (mark ?? body.firstElementChild)?.scrollIntoView({ block: mark ? "center" : "start" });
}

export async function openLibrary(button) {
  await show("library", {}, button, false);
  body.scrollTop = 0;
  body.dispatchEvent(new CustomEvent("library"));
}

async function show(name, values, button, inLibrary) {
  const mine = ++latest;
  if ("loading" in document.documentElement.dataset) toast(untilReady(words.opens_then));
  try {
    const { html } = await request(name, values);
    if (mine !== latest) return;
    if (!panel.contains(button)) from = button;
    body.innerHTML = html; // made by the server's templates, which escape every value
  } catch (error) {
    toast(error.message);
    throw error;
  }
  panel.hidden = false;
  document.documentElement.classList.add("reading");
  back.hidden = !inLibrary;
  body.querySelector("#panel-title")?.focus({ preventScroll: true });
}

export function closePanel() {
  if (panel.hidden) return;
  latest += 1;
  panel.hidden = true;
  document.documentElement.classList.remove("reading");
  body.replaceChildren();
  if (from?.isConnected) from.focus({ preventScroll: true });
}

panel.querySelector('[data-do="close"]').addEventListener("click", closePanel);
back.addEventListener("click", () => openLibrary(back).catch(() => {}));

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-article]");
  if (button) openArticle(button).catch(() => {});
});
