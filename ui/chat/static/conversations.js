// The sidebar of conversations: those that this browser keeps, searched by title and text.

import { closePanel } from "./panel.js";
import { conversations, current, forget, openKept, reread, titleOf, words } from "./state.js";
import { showConversation } from "./turns.js";
import { toast } from "./voice.js";

const sidebar = document.getElementById("conversations");
const field = document.getElementById("find-conversation");
const list = document.getElementById("kept");
const told = document.getElementById("kept-told");
const BEFORE = 24; // characters of a text that are shown before the words that were found
const AFTER = 90;

// The same letters for the same words, character for character: width and case do not count.
const fold = (text) =>
  [...text]
    .map((char) => {
      const plain = char.normalize("NFKC").toLowerCase();
      return plain.length === char.length ? plain : char;
    })
    .join("");

const wanted = () => fold(field.value).split(/\s+/).filter(Boolean);

// What can be found of a turn: what was asked, what was answered, what that rests on.
const textsOf = ({ question, answer }) => [
  question,
  answer?.answer,
  ...(answer?.citations ?? []).flatMap((one) => [one.title, one.quote]),
].filter((text) => typeof text === "string" && text);

// Where the words are: {turn, text} of the first text with one of them that the title lacks.
// Nothing where a word is nowhere in the conversation.
function found(conversation, sought) {
  const texts = conversation.turns.flatMap((turn) => textsOf(turn).map((text) => ({ turn, text })));
  const folded = texts.map(({ text }) => fold(text));
  if (!sought.every((word) => folded.some((text) => text.includes(word)))) return null;
  const title = fold(titleOf(conversation));
  const word = sought.find((one) => !title.includes(one));
  if (!word) return {};
  return texts[folded.findIndex((text) => text.includes(word))];
}

function show() {
  const sought = wanted();
  const hits = conversations
    .map((one) => ({ one, at: found(one, sought) }))
    .filter(({ at }) => at);
  list.replaceChildren(...hits.map(({ one, at }) => item(one, at, sought)));
  if (!conversations.length) told.textContent = words.none_kept;
  else if (!hits.length) told.textContent = words.none_found;
  else told.textContent = sought.length ? `${words.hits}${hits.length}` : "";
}

function item(conversation, at, sought) {
  const node = document.createElement("li");
  const open = document.createElement("button");
  open.type = "button";
  open.className = "kept-open";
  open.append(part("kept-title", titleOf(conversation), sought));
  const day = new Date(conversation.at);
  if (!Number.isNaN(day.getTime())) {
    open.append(part("about", day.toLocaleDateString(document.documentElement.lang), []));
  }
  if (at.text) open.append(part("kept-text", around(at.text, sought), sought));
  if (conversation.id === current.conversation.id) open.setAttribute("aria-current", "true");
  open.addEventListener("click", () => go(conversation, at.turn));
  node.append(open, remover(conversation));
  return node;
}

function go(conversation, turn) {
  openKept(conversation.id);
  sidebar.close();
  closePanel();
  showConversation(turn?.id).catch((error) => toast(error.message));
  document.getElementById("question").focus({ preventScroll: true });
}

function remover(conversation) {
  const gone = document.createElement("button");
  gone.type = "button";
  gone.className = "remove";
  gone.textContent = words.delete;
  gone.setAttribute("aria-label", `${words.delete}: ${titleOf(conversation)}`);
  gone.addEventListener("click", () => {
    if (!gone.classList.contains("sure")) {
      gone.classList.add("sure");
      gone.textContent = words.sure;
      gone.setAttribute("aria-label", `${words.sure} ${titleOf(conversation)}`);
      return;
    }
    const open = current.conversation.id === conversation.id;
    forget(conversation.id);
    if (open) showConversation();
    show();
    field.focus();
  });
  return gone;
}

// Some of a text on one line, around the first of the words.
function around(text, sought) {
  const line = text.replace(/\s+/g, " ");
  const folded = fold(line);
  const first = Math.min(...sought.map((word) => folded.indexOf(word)).filter((at) => at >= 0));
  const start = Number.isFinite(first) ? Math.max(0, first - BEFORE) : 0;
  const end = Math.min(line.length, start + BEFORE + AFTER);
  return `${start ? "…" : ""}${line.slice(start, end)}${end < line.length ? "…" : ""}`;
}

// A text with the words that were sought marked.
function part(name, text, sought) {
  const node = document.createElement("span");
  node.className = name;
  const folded = fold(text);
  let at = 0;
  while (at < text.length) {
    const next = sought
      .map((word) => ({ word, from: folded.indexOf(word, at) }))
      .filter(({ from }) => from >= 0)
      .sort((one, other) => one.from - other.from || other.word.length - one.word.length)[0];
    if (!next) break;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(next.from, next.from + next.word.length);
    node.append(text.slice(at, next.from), mark);
    at = next.from + next.word.length;
  }
  node.append(text.slice(at));
  return node;
}

export function openConversations() {
  reread();
  field.value = "";
  show();
  sidebar.showModal();
  field.focus();
}

field.addEventListener("input", show);

// The arrow keys go from the field down the list and back; Enter in the field opens the first.
sidebar.addEventListener("keydown", (event) => {
  const stops = [field, ...list.querySelectorAll(".kept-open")];
  const at = stops.indexOf(event.target);
  if (event.target === field && event.key === "Enter") {
    event.preventDefault();
    if (!event.isComposing && event.keyCode !== 229 && wanted().length) stops[1]?.click();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (at < 0 || !step || event.isComposing) return;
  event.preventDefault();
  stops[at + step]?.focus();
});

sidebar.addEventListener("click", (event) => {
  if (event.target === sidebar) sidebar.close(); // beside it
});
