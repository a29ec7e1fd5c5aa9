// What the browser keeps: settings and conversations, in its own storage and nowhere else.

const SETTINGS = "juwen.settings";
const CONVERSATIONS = "juwen.conversations";
const MOST_CONVERSATIONS = 40;

export const words = Object.fromEntries(
  [...document.getElementById("words").content.querySelectorAll("dt")].map((term) => [
    term.textContent,
    term.nextElementSibling.textContent,
  ]),
);

export const chinese = document.documentElement.lang.startsWith("zh");

export const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export const settings = {
  theme: "auto", strictness: "balanced", answerer: "", sources: 5, ...read(SETTINGS, {}),
};

export function keepSettings() {
  try {
    localStorage.setItem(SETTINGS, JSON.stringify(settings));
  } catch {}
}

// A conversation: {id, at, turns: [{id, question, filters, alone, answer}]}, newest first.
const kept = read(CONVERSATIONS, []);
export const conversations = Array.isArray(kept)
  ? kept.filter((one) => one && typeof one.id === "string" && Array.isArray(one.turns))
  : [];

export const current = { conversation: conversations[0] ?? begin() };

export function begin() {
  return { id: newId(), at: Date.now(), turns: [] };
}

// Returns whether there was room; the oldest conversations make it.
export function keep() {
  const open = current.conversation;
  const at = conversations.indexOf(open);
  if (at >= 0) conversations.splice(at, 1);
  if (open.turns.length) conversations.unshift(open);
  conversations.splice(MOST_CONVERSATIONS);
  for (;;) {
    try {
      localStorage.setItem(CONVERSATIONS, JSON.stringify(conversations));
      return true;
    } catch {
      if (conversations.length < 2) return false;
      conversations.pop();
    }
  }
}

export function forget(id) {
  const at = conversations.findIndex((one) => one.id === id);
  if (at >= 0) conversations.splice(at, 1);
  if (current.conversation.id === id) current.conversation = begin();
  keep();
}

export const titleOf = (conversation) => conversation.turns[0]?.question || words.untitled;
