// The conversation: asking, what is shown while an answer forms, and what can be done with it.

import { ask, request } from "./server.js";
import { chinese, current, keep, newId, onFurther, settings, words } from "./state.js";
import { giveFeedback } from "./feedback.js";
import { scope } from "./scope.js";
import { differs, linkTo, shares, withItsOwn } from "./share.js";
import { say, toast, untilReady } from "./voice.js";

const list = document.getElementById("turns");
const welcome = document.getElementById("welcome");
const template = document.getElementById("turn");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const field = document.getElementById("question");
const TURNS_AT_ONCE = 20; // that are drawn anew by one request, whose size is bounded
const running = new Map(); // by the turn's id
const waiting = []; // turns asked while another is being answered: each is read with what was said before

// Shows its last turn, or the one of that id.
export function showConversation(id) {
  stopAll();
  list.replaceChildren();
  for (const turn of current.conversation.turns) {
    list.append(element(turn));
    if (!turn.answer) offerRetry(find(turn.id));
  }
  welcome.hidden = current.conversation.turns.length > 0;
  document.documentElement.classList.remove("starting");
  return showKept(id);
}

// Of a conversation that is open in two tabs, the one that asks nothing shows what the other was answered.
onFurther((kept) => {
  if (running.size) return;
  current.conversation = kept;
  showConversation().catch((error) => toast(error.message));
});

async function showKept(id) {
  const turns = current.conversation.turns.filter((turn) => turn.answer);
  if (!turns.length) return;
  for (let first = 0; first < turns.length; first += TURNS_AT_ONCE) {
    const some = turns.slice(first, first + TURNS_AT_ONCE);
    const { parts } = await request("render", { answers: some.map((turn) => turn.answer) });
    parts.forEach((part, at) => {
      fillSlots(some[at], part);
      showFurther(some[at]);
    });
  }
  ((id && find(id)) || list.lastElementChild)?.scrollIntoView({ block: "start" });
}

export const askNew = (question) =>
  askTurn({ question, filters: scope.filters(), alone: false, answerer: settings.answerer });

// Asks a question as it was once asked, here or by somebody who handed it on.
export function askTurn(asked) {
  const turn = { ...asked, id: newId(), answer: null };
  current.conversation.turns.push(turn);
  welcome.hidden = true;
  list.append(element(turn));
  return running.size ? wait(turn) : run(turn);
}

function wait(turn) {
  const node = find(turn.id);
  waiting.push(turn);
  keep();
  status(node, words.queued);
  say(words.queued);
  busy();
  node.classList.add("queued");
  node.scrollIntoView({ block: "nearest", behavior: calm() });
}

function leaveQueue(turn) {
  const at = waiting.indexOf(turn);
  if (at >= 0) waiting.splice(at, 1);
}

async function run(turn) {
  const node = find(turn.id);
  running.get(turn.id)?.stop();
  leaveQueue(turn);
  keepFocus(node);
  turn.answer = null;
  turn.further = null;
  showFurther(turn);
  node.classList.remove("compared", "queued");
  node.querySelector(".beside")?.remove();
  keep();
  node.querySelector(".question").textContent = turn.question;
  for (const slot of node.querySelectorAll("[data-slot]")) slot.replaceChildren();
  status(node, "loading" in document.documentElement.dataset ? untilReady(words.loading) : words.searching);
  node.classList.add("running");
  node.scrollIntoView({ block: "start", behavior: calm() });
  const asking = ask(asked(turn), (part) => {
    fillSlots(turn, part);
    status(node, words[part.state] ?? "");
    if (part.said) say(part.said);
  });
  running.set(turn.id, asking);
  busy();
  const said = await asking.done;
  if (running.get(turn.id) !== asking) return;
  running.delete(turn.id);
  busy();
  node.classList.remove("running");
  status(node, turn.answer ? "" : said);
  if (said) say(said);
  if (!turn.answer && !node.querySelector(".actions")) offerRetry(node);
  if (turn.answer && !keep()) toast(words.full);
  if (!next() && turn.answer) findFurther(turn).catch(() => {}); // nobody asked for them
}

// Returns whether one was waiting.
function next() {
  if (!waiting.length || running.size) return false;
  run(waiting.shift());
  return true;
}

// Kinds of question that are no matter of any article.
const PLAIN = ["small_talk", "nothing", "conversation"];

// Questions to go on with, of the articles that the answer uses and of those that were near.
async function findFurther(turn) {
  const { answer } = turn;
  if (PLAIN.includes(answer.kind)) return;
  const ids = [...answer.citations, ...answer.evidence].map((one) => one.article_id);
  turn.further = await request("further", {
    article_ids: [...new Set(ids)].slice(0, 5),
    asked: current.conversation.turns.map((one) => one.question),
    said: answer.answer,
    refused: answer.refused,
  });
  if (turn.answer !== answer) return;
  keep();
  showFurther(turn);
}

function showFurther(turn) {
  const place = find(turn.id)?.querySelector(".further");
  if (!place) return;
  const { questions = [], near } = turn.further ?? {};
  place.hidden = !questions.length;
  place.querySelector("h3").textContent = !near
    ? words.starters
    : turn.answer?.refused ? words.instead : words.further;
  place.querySelector("ul").replaceChildren(...questions.map(suggestion));
}

// What has the focus may be about to go; the keyboard then goes on from the question.
function keepFocus(node) {
  const focused = document.activeElement;
  if (!node.contains(focused) && !welcome.contains(focused)) return;
  node.querySelector(".question").focus({ preventScroll: true });
}

function asked(turn, answerer = turn.answerer ?? settings.answerer) {
  const turns = current.conversation.turns;
  const before = turn.alone ? [] : turns.slice(0, turns.indexOf(turn));
  return {
    question: turn.question,
    history: before.filter((one) => one.answer).map(said),
    filters: turn.filters,
    strictness: turn.strictness ?? settings.strictness,
    answerer,
    sources: Number(turn.sources ?? settings.sources),
    chinese,
    kind: turn.kind ?? null,
    as_written: turn.asWritten ?? false,
  };
}

// An answer without what was found beside it, which neither a copy nor an export shows.
export const withoutFound = (answer) => ({ ...answer, evidence: [] });

const said = (turn) => ({ question: turn.question, answer: turn.answer.answer || "" });

function element(turn) {
  const node = template.content.firstElementChild.cloneNode(true);
  node.dataset.turn = turn.id;
  node.querySelector(".question").textContent = turn.question;
  return node;
}

const find = (id) => list.querySelector(`[data-turn="${CSS.escape(id)}"]`);
const turnOf = (node) =>
  current.conversation.turns.find((turn) => turn.id === node.closest(".turn")?.dataset.turn);

function fillSlots(turn, part) {
  const node = find(turn.id);
  if (!node) return;
  for (const [name, html] of Object.entries(part.slots)) {
    const slot = node.querySelector(`[data-slot="${name}"]`);
    if (slot) slot.innerHTML = html; // made by the server's templates, which escape every value
  }
  if (part.filters) turn.read = part.filters;
  if (part.answer) turn.answer = part.answer;
  node.querySelector(".differs").hidden = !differs(turn);
  for (const button of node.querySelectorAll('[data-do="link"]')) button.hidden = !shares;
  offerBeside(turn, node);
  offerModel(node);
}

export function suggestion(question) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "suggestion";
  button.textContent = question;
  button.addEventListener("click", () => askNew(question));
  item.append(button);
  return item;
}

const choice = document.getElementById("answerer");
const EXTRACTIVE = "extractive";

// Who could answer as well: the chat model where the articles' own words do, else these.
const other = (turn) =>
  turn.answer.answerer === EXTRACTIVE ? choice.options[choice.options.length - 1].value : EXTRACTIVE;

function offerBeside(turn, node) {
  const button = node.querySelector('[data-do="beside"]');
  if (!button || !choice || !turn.answer) return;
  button.hidden = false;
  button.textContent = other(turn) === EXTRACTIVE ? words.others : words.models;
}

// To a reader of another language than the sentences': the chat model's answer, or to connect one.
function offerModel(node) {
  const place = node.querySelector(".foreign");
  if (!place) return;
  place.querySelector('[data-do="in-own"]').hidden = !choice;
  place.querySelector("[data-without]").hidden = Boolean(choice);
  place.querySelector('[data-open="model"]').hidden = Boolean(choice) || !document.getElementById("model");
}

// The same question answered by the other one, in a column of its own; again: only one column.
async function beside(turn, node, button) {
  const there = node.querySelector(".beside");
  running.get(`${turn.id}+`)?.stop();
  node.classList.toggle("compared", !there);
  button.setAttribute("aria-pressed", String(!there));
  if (there) return there.remove();
  const column = document.createElement("section");
  column.className = "beside running";
  column.append(...["answer", "sources"].map((name) => {
    const place = document.createElement("div");
    place.dataset.beside = name;
    return place;
  }));
  node.querySelector('[data-slot="sources"]').after(column);
  column.firstElementChild.textContent = words.searching;
  const asking = ask(asked(turn, other(turn)), (part) => {
    for (const place of column.children) {
      const html = part.slots[place.dataset.beside];
      if (html !== undefined) place.innerHTML = html; // made by the server's templates
    }
    if (part.said) say(part.said);
  });
  running.set(`${turn.id}+`, asking);
  busy();
  const said = await asking.done;
  if (said) {
    column.firstElementChild.textContent = said;
    say(said);
  }
  if (running.get(`${turn.id}+`) === asking) running.delete(`${turn.id}+`);
  busy();
  column.classList.remove("running");
  next();
}

function offerRetry(node) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.do = "retry";
  button.textContent = "↻";
  button.className = "again";
  button.setAttribute("aria-label", chinese ? "重新回答" : "Ask again");
  const edit = document.createElement("button");
  edit.type = "button";
  edit.dataset.do = "edit";
  edit.className = "again";
  edit.textContent = chinese ? "修改问题" : "Edit question";
  node.querySelector('[data-slot="actions"]').replaceChildren(button, edit);
}

export function stillWaiting() {
  for (const id of running.keys()) status(find(id), untilReady(words.loading));
}

function status(node, text) {
  const place = node.querySelector(".status");
  place.textContent = text;
  place.hidden = !text;
}

function busy() {
  stop.hidden = running.size === 0;
  send.hidden = running.size > 0 && !field.value.trim();
}
field.addEventListener("input", busy);

const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

export function stopAll() {
  for (const turn of waiting.splice(0)) {
    status(find(turn.id), words.stopped);
    offerRetry(find(turn.id));
  }
  for (const one of running.values()) one.stop();
}

const deeds = {
  retry: (turn) => run(turn),
  beside,
  "in-own"(turn, node) {
    const button = node.querySelector('[data-do="beside"]');
    if (node.querySelector(".beside")) return;
    return beside(turn, node, button);
  },
  edit(turn, node) {
    const form = node.querySelector(".editing");
    editing(node, true);
    form.querySelector("textarea").value = turn.question;
    form.querySelector("textarea").focus();
  },
  "cancel-edit"(turn, node) {
    editing(node, false);
    node.querySelector('[data-do="edit"]')?.focus();
  },
  async copy(turn) {
    await copy(request("copy", { answers: [withoutFound(turn.answer)] }));
    toast(words.copied);
  },
  link: (turn) => copyLink(withItsOwn(turn, current.conversation.turns)),
  right: (turn, node, button) => giveFeedback(turn, historyOf(turn), "right", button),
  wrong: (turn, node, button) => giveFeedback(turn, historyOf(turn), "wrong", button),
};

// While a question is edited, its field stands in its place.
function editing(node, on) {
  node.querySelector(".editing").hidden = !on;
  node.querySelector(".question").hidden = on;
}

// Copies an address that asks the questions of answered turns again.
export async function copyLink(turns) {
  if (!turns.length) return toast(words.none_to_link);
  const link = document.createElement("a");
  link.href = linkTo(turns, settings);
  link.textContent = turns[turns.length - 1].question;
  await copy(Promise.resolve({ html: link.outerHTML, text: link.href }));
  toast(words.linked);
}

// Rich text for what takes it, plain text for the rest. What is copied may be yet to come: a browser
// lets a page write to the clipboard only at once after a click.
async function copy(coming) {
  if (navigator.clipboard?.write && window.ClipboardItem) {
    const blob = (type, of) => coming.then((copied) => new Blob([copied[of]], { type }));
    const item = { "text/html": blob("text/html", "html"), "text/plain": blob("text/plain", "text") };
    return navigator.clipboard.write([new ClipboardItem(item)]);
  }
  // Browsers have no clipboard for a page that came over plain HTTP from another machine.
  const { html, text } = await coming;
  const take = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/html", html);
    event.clipboardData.setData("text/plain", text);
  };
  document.addEventListener("copy", take);
  const taken = document.execCommand("copy");
  document.removeEventListener("copy", take);
  if (!taken) throw new Error(words.not_copied);
}

function historyOf(turn) {
  const turns = current.conversation.turns;
  return turns.slice(0, turns.indexOf(turn)).filter((one) => one.answer).map(said);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do], button[data-drop]");
  const turn = button && turnOf(button);
  if (!turn) return;
  if (button.dataset.drop) return without(turn, button.dataset.drop);
  Promise.resolve(deeds[button.dataset.do]?.(turn, button.closest(".turn"), button)).catch((error) =>
    toast(error.message),
  );
});

// As in the field below: Enter asks. Escape leaves the question as it was.
list.addEventListener("keydown", (event) => {
  const form = event.target.closest(".editing textarea")?.form;
  if (!form || event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
  if (event.key === "Escape") form.querySelector('[data-do="cancel-edit"]').click();
});

list.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target.closest(".editing");
  const turn = form && turnOf(form);
  const question = form?.querySelector("textarea").value.trim();
  if (!turn || !question) return;
  editing(form.closest(".turn"), false);
  // What was said after the question that changes no longer follows from it.
  const turns = current.conversation.turns;
  for (const gone of turns.splice(turns.indexOf(turn) + 1)) {
    leaveQueue(gone);
    running.get(gone.id)?.stop();
    find(gone.id)?.remove();
  }
  turn.question = question;
  turn.filters = scope.filters();
  turn.alone = false;
  turn.kind = null;
  turn.asWritten = false;
  for (const handed of ["strictness", "sources", "expected"]) delete turn[handed];
  run(turn);
});

// Asks again without one of the things that were understood, of an answer that may still be forming.
function without(turn, limit) {
  const read = turn.answer?.filters ?? turn.read ?? turn.filters;
  const filters = {
    date_from: read.date_from ?? null,
    date_to: read.date_to ?? null,
    accounts: read.accounts ?? [],
    article_ids: read.article_ids ?? [],
    languages: read.languages ?? [],
    from_question: false,
  };
  if (limit === "kind") turn.kind = "fact";
  if (limit === "spelling") turn.asWritten = true;
  if (limit === "standalone") turn.alone = true;
  if (limit === "dates") filters.date_from = filters.date_to = null;
  if (limit === "accounts") filters.accounts = [];
  if (limit === "languages") filters.languages = [];
  if (limit === "articles") filters.article_ids = [];
  if (!["standalone", "kind", "spelling"].includes(limit)) turn.filters = filters;
  run(turn);
}
