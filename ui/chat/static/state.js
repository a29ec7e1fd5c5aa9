// What the browser keeps: settings and conversations, in its own storage and nowhere else.

const SETTINGS = "juwen.settings";
const ALL_CONVERSATIONS = "juwen.conversations"; // of a page that has its host for itself
const PLACE = new URL(".", document.baseURI).pathname;
// A browser keeps one storage for a host, and a proxy may have several pages there.
const CONVERSATIONS = PLACE === "/" ? ALL_CONVERSATIONS : `${ALL_CONVERSATIONS}@${PLACE}`;
const CURRENT = "juwen.conversation";
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
  theme: "auto", strictness: "balanced", answerer: "", sources: 10, ...read(SETTINGS, {}),
};

export function keepSettings() {
  try {
    localStorage.setItem(SETTINGS, JSON.stringify(settings));
  } catch {}
}

// A conversation: {id, at, turns: [{id, question, filters, alone, answer}]}, newest first.
export const conversations = stored();

// Each tab has its own conversation and finds it again after a reload.
export const current = {
  conversation: conversations.find((one) => one.id === remembered()) ?? begin(),
};

// A browser may keep nothing for a page, and says so by an error.
function remembered() {
  try {
    return sessionStorage.getItem(CURRENT);
  } catch {
    return null;
  }
}

function remember(id) {
  try {
    sessionStorage.setItem(CURRENT, id);
  } catch {}
}

function stored() {
  const kept = read(CONVERSATIONS, null) ?? read(ALL_CONVERSATIONS, []); // as older pages kept them
  return Array.isArray(kept)
    ? kept.filter((one) => one && typeof one.id === "string" && Array.isArray(one.turns))
    : [];
}

export function begin() {
  return { id: newId(), at: Date.now(), turns: [] };
}

// The conversations as any tab has kept them last.
export function reread() {
  conversations.splice(0, conversations.length, ...stored());
}

// The one with this id, as it was kept last, becomes this tab's.
export function openKept(id) {
  reread();
  current.conversation = conversations.find((one) => one.id === id) ?? begin();
  remember(current.conversation.id);
}

const answered = (conversation) => conversation.turns.filter((turn) => turn.answer).length;

// Calls once another tab has kept more answers of this tab's conversation than this one has.
export function onFurther(call) {
  addEventListener("storage", ({ key }) => {
    if (key !== CONVERSATIONS) return;
    reread();
    const kept = conversations.find((one) => one.id === current.conversation.id);
    if (kept && answered(kept) > answered(current.conversation)) call(kept);
  });
}

// Returns whether there was room; the oldest conversations make it.
export function keep() {
  const open = current.conversation;
  remember(open.id);
  return write([...(open.turns.length ? [open] : []), ...others(open.id)]);
}

export function forget(id) {
  write(others(id));
  if (current.conversation.id === id) current.conversation = begin();
}

// What another tab has kept meanwhile is kept.
const others = (id) => stored().filter((one) => one.id !== id);

function write(list) {
  conversations.splice(0, conversations.length, ...list.slice(0, MOST_CONVERSATIONS));
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

export const titleOf = (conversation) => conversation.turns[0]?.question || words.untitled;
