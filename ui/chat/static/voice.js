// What is said in passing: to a screen reader, and in a note that goes by itself.

const live = document.getElementById("live");
const note = document.getElementById("toast");
const MOST_LINES = 20;
let leaving;

export function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  live.append(line);
  while (live.children.length > MOST_LINES) live.firstElementChild.remove();
}

export function toast(text) {
  (document.querySelector("dialog[open]") ?? document.body).append(note); // before a dialog, not behind it
  note.textContent = text;
  note.hidden = false;
  clearTimeout(leaving);
  leaving = setTimeout(() => (note.hidden = true), 5000);
}

// What is done before the server can answer, as it last said it, and what comes then.
export function untilReady(then) {
  const doing = document.querySelector("#facts .loading")?.textContent ?? "";
  return `${doing} ${then}`.trim();
}
