// The page: the question's field, the keys, the dialogs.

import { openConversations } from "./conversations.js";
import { closePanel, isOpen, openLibrary } from "./panel.js";
import { download, ready, request } from "./server.js";
import { begin, current, keep, keepSettings, settings, words } from "./state.js";
import { handedOn } from "./share.js";
import { askNew, askTurn, copyLink, showConversation, stillWaiting, stopAll, suggestion, withoutFound } from "./turns.js";
import "./bubble.js";
import "./library.js";
import "./model.js";
import { say, toast } from "./voice.js";

const field = document.getElementById("question");
const form = document.getElementById("ask");
const WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const YEAR = 365 * 24 * 3600;
const MILLISECONDS_UNSAID = 400; // what comes sooner needs no hint

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = field.value.trim();
  if (!question) return;
  field.value = "";
  fit();
  if (matchMedia("(max-width: 700px)").matches) closePanel();
  showHanded([]);
  askNew(question);
});

field.addEventListener("keydown", (event) => {
  // While a Chinese word is being composed, Enter belongs to the input method.
  // Safari ends the composition first; 229 then tells that this Enter ended it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});

function fit() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 180)}px`;
}
field.addEventListener("input", fit);

document.getElementById("stop").addEventListener("click", () => {
  stopAll();
  field.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return; // it ends what is composed
  if (event.key === "Escape" && isOpen() && !document.querySelector("dialog[open]")) closePanel();
});

const deeds = {
  new() {
    stopAll();
    keep();
    current.conversation = begin();
    closePanel();
    showHanded([]);
    showConversation();
    showStarters();
    field.focus();
  },
  link: () => copyLink(current.conversation.turns.filter((turn) => turn.answer)),
  async markdown() {
    save("md", "text/markdown", (await request("export", { answers: exported() })).text);
  },
  async web() {
    save("html", "text/html", (await request("web", { answers: exported() })).text);
  },
  async docx() {
    save("docx", WORD, await download("word", { answers: exported() }));
  },
  json() {
    const turns = current.conversation.turns.map(({ question, answer }) => ({ question, answer }));
    save("json", "application/json", JSON.stringify({ turns }, null, 2));
  },
};

const exported = () =>
  current.conversation.turns.filter((turn) => turn.answer).map((turn) => withoutFound(turn.answer));

function save(suffix, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = `juwen-${new Date().toISOString().slice(0, 10)}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-open], button[data-do]");
  if (!button || button.closest(".turn")) return;
  const { open } = button.dataset;
  if (open === "library") openLibrary(button).catch(() => {});
  if (open === "settings") openSettings();
  if (open === "conversations") openConversations();
  Promise.resolve(deeds[button.dataset.do]?.()).catch((error) => toast(error.message));
});

const settingsDialog = document.getElementById("settings");
const settingsForm = settingsDialog.querySelector("form");

const choice = document.getElementById("answerer");

// Where nothing was chosen, or what is there no more, the chat model answers, which comes last.
function showAnswerer() {
  if (!choice) return;
  choice.value = settings.answerer;
  if (choice.selectedIndex < 0) choice.selectedIndex = choice.options.length - 1;
}
showAnswerer();
choice?.addEventListener("change", () => {
  settings.answerer = choice.value;
  keepSettings();
});

function openSettings() {
  const values = { ...settings, language: document.documentElement.lang.slice(0, 2) };
  if (choice) values.answerer = choice.value;
  for (const [name, value] of Object.entries(values)) {
    const control = settingsForm.elements.namedItem(name);
    if (control) control.value = String(value);
  }
  settingsDialog.showModal();
}

settingsForm.addEventListener("change", () => {
  const { language: _, ...values } = Object.fromEntries(new FormData(settingsForm));
  Object.assign(settings, values, { sources: Number(values.sources) });
  keepSettings();
  showAnswerer();
  const root = document.documentElement;
  if (settings.theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = settings.theme;
});

// Once the dialog is left: choosing by the arrow keys must not reload the page under them.
settingsDialog.addEventListener("close", () => {
  const language = new FormData(settingsForm).get("language");
  if (language === document.documentElement.lang.slice(0, 2)) return;
  const path = new URL(".", document.baseURI).pathname.slice(0, -1) || "/"; // also without its slash
  document.cookie = `juwen_language=${language}; Path=${path}; Max-Age=${YEAR}; SameSite=Strict`;
  location.reload();
});

async function showStarters() {
  const place = document.getElementById("starters");
  const status = place.querySelector(".status");
  const show = (questions, trying = "") => {
    place.querySelector("ul").replaceChildren(...questions.map(suggestion));
    place.querySelector("h3").hidden = !questions.length;
    status.textContent = trying;
    status.hidden = !trying;
    place.hidden = !questions.length && !trying;
  };
  const waiting = setTimeout(() => {
    show([], words.trying);
    say(words.trying);
  }, MILLISECONDS_UNSAID);
  try {
    show((await request("starters")).questions);
  } catch {
    show([]);
  } finally {
    clearTimeout(waiting);
  }
}

const handed = document.getElementById("handed");
let turnsHanded = [];

function showHanded(turns) {
  turnsHanded = turns;
  handed.querySelector("ol").replaceChildren(
    ...turns.map(({ question }) => {
      const item = document.createElement("li");
      item.textContent = question;
      return item;
    }),
  );
  handed.hidden = !turns.length;
}

// What somebody handed on by a link stands in a conversation of its own, to be asked by whoever reads it.
function openHanded() {
  try {
    const turns = handedOn();
    if (!turns) return;
    document.querySelector("dialog[open]")?.close();
    if (current.conversation.turns.length) deeds.new();
    showHanded(turns);
    handed.querySelector("button").focus();
  } catch {
    toast(words.bad_link);
  }
}

handed.querySelector("button").addEventListener("click", () => {
  const turns = turnsHanded;
  showHanded([]);
  for (const turn of turns) askTurn(turn);
  field.focus({ preventScroll: true });
});
window.addEventListener("hashchange", openHanded);

async function showWhenReady() {
  const facts = document.getElementById("facts");
  const root = document.documentElement;
  if ("loading" in root.dataset) {
    await ready((said) => {
      facts.querySelector(".loading").textContent = said;
      stillWaiting();
    });
    delete root.dataset.loading;
    facts.innerHTML = (await request("facts")).html; // made by the server's templates
  }
  if (!current.conversation.turns.length) await showStarters();
}

showConversation().catch((error) => toast(error.message));
showWhenReady().catch((error) => {
  document.getElementById("facts").querySelector(".loading")?.replaceChildren(error.message);
  toast(error.message);
});
openHanded();
