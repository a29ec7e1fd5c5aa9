// Questions handed on as a link. They stand behind its "#", which no server is sent. Who opens it is
// shown them, and asks them himself: nothing that a link says is taken for an answer.

const MARK = "#ask=";
const MOST_TURNS = 20;
const LONGEST = 2000; // characters of a question
const EXTRACTIVE = "extractive";

export const shares = "shares" in document.documentElement.dataset;

// The address that asks the questions of answered turns again.
export function linkTo(turns, settings) {
  const handed = turns.slice(-MOST_TURNS).map((turn) => ({
    question: turn.question,
    filters: Object.values(turn.filters ?? {}).some(isSet) ? turn.filters : undefined,
    alone: turn.alone || undefined,
    kind: turn.kind ?? undefined,
    asWritten: turn.asWritten || undefined,
    answerer: turn.answer.answerer,
    strictness: turn.strictness ?? settings.strictness,
    sources: turn.sources ?? settings.sources,
    expected: printOf(turn.answer) || undefined,
  }));
  return `${location.origin}${location.pathname}${MARK}${packed({ turns: handed })}`;
}

const isSet = (value) => (Array.isArray(value) ? value.length > 0 : value !== null);

// The turns before it that an answered question needs to be understood, and itself.
export function withItsOwn(turn, turns) {
  const before = turns.slice(0, turns.indexOf(turn)).filter((one) => one.answer);
  return leans(turn) ? [...before, turn] : [turn];
}

// Whether a question was read with what was said before: it is about that, or was searched with words
// that are not its own.
function leans({ alone, question, answer }) {
  if (alone) return false;
  const own = (answer.respelled || question)[Symbol.iterator]();
  const isOwn = (char) => {
    for (let next = own.next(); !next.done; next = own.next()) if (next.value === char) return true;
    return false;
  };
  return answer.kind === "conversation" || ![...answer.standalone_question].every(isOwn);
}

// Whether a turn is one of a link that was made from another answer.
export const differs = ({ expected, answer }) =>
  Boolean(expected && answer && printOf(answer) && printOf(answer) !== expected);

// A mark of an answer's words (FNV-1a); none of a chat model's, which are others each time.
function printOf(answer) {
  if (answer.answerer !== EXTRACTIVE) return "";
  let hash = 0x811c9dc5;
  for (const char of answer.answer) hash = Math.imul(hash ^ char.codePointAt(0), 0x01000193);
  return (hash >>> 0).toString(36);
}

// The turns that the page's address asks for, which is then the page's own again; null for none.
// Throws where they cannot be read.
export function handedOn() {
  const { hash, pathname, search } = location;
  if (!hash.startsWith(MARK)) return null;
  history.replaceState(null, "", pathname + search);
  const { turns } = unpacked(hash.slice(MARK.length));
  if (!turns.length) throw new TypeError("no questions");
  return turns.slice(-MOST_TURNS).map(readTurn);
}

// What is wrong with a value beyond its form, the server says to whoever asks.
function readTurn({ question, filters = {}, alone, kind, asWritten, answerer, strictness, sources, expected }) {
  if (typeof question !== "string" || !question.trim() || question.length > LONGEST) {
    throw new TypeError("no question");
  }
  return { question, filters, alone: alone === true, kind, asWritten, answerer, strictness, sources, expected };
}

const packed = (value) =>
  btoa(Array.from(new TextEncoder().encode(JSON.stringify(value)), (one) => String.fromCharCode(one)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

function unpacked(text) {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const whole = Uint8Array.from(bytes, (one) => one.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(whole));
}
