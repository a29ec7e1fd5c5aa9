// Requests to the server that this page came from; there are no others. All addresses are relative:
// the page may lie under a path of a proxy.

import { words } from "./state.js";

// No answer came: the server has ended, or the way to it is broken.
class Unreachable extends Error {}

// The server, or a proxy before it, said no; the message is what to show.
class Refused extends Error {}

export const request = async (name, values = {}) => (await post(name, values)).json();

// The same, for what comes as a file.
export const download = async (name, values) => (await post(name, values)).blob();

const post = async (name, values) => answered(await sent(name, values));

const sent = (name, values, signal) =>
  reached(`page/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
    signal,
  });

async function reached(address, options) {
  try {
    return await fetch(address, options);
  } catch (error) {
    throw error instanceof TypeError ? new Unreachable(words.unreachable) : error;
  }
}

async function answered(response) {
  if (response.ok) return response;
  let problem = "";
  try {
    problem = (await response.json()).problem;
  } catch {}
  throw new Refused(problem || `${words.unreachable} (${response.status})`);
}

// Asks; `take` gets each part of the answer as it comes. Returns {done, stop}; `done` resolves to
// what is to be said where it came to no answer, "" where the last part said how it ended.
export function ask(asked, take) {
  const stopping = new AbortController();
  const run = async () => {
    let said = words.lost; // unless the last part says otherwise
    for await (const part of parts(asked, stopping.signal)) {
      if (part.state === "done" || part.state === "failed") said = "";
      take(part);
    }
    return said;
  };
  const done = run().catch((error) => {
    if (stopping.signal.aborted) return words.stopped;
    return error instanceof Refused ? error.message : words.lost;
  });
  return { done, stop: () => stopping.abort() };
}

// The lines of the answer, each one part as JSON.
async function* parts(asked, signal) {
  const response = await sent("ask", asked, signal);
  if (response.status === 400) {
    yield await response.json(); // a question that cannot be read: the one part says why
    return;
  }
  const reader = (await answered(response)).body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    text += value ?? "";
    const lines = text.split("\n");
    text = lines.pop();
    for (const line of lines) yield JSON.parse(line);
    if (done) return;
  }
}

const MOST_LOST = 4; // requests in a row that a busy server may drop; then it has ended
const SECOND = 1000;

// Resolves when the server can answer; `waiting` is told what it does meanwhile. Throws why it cannot.
export async function ready(waiting) {
  let lost = 0;
  for (;;) {
    let told;
    try {
      told = await request("ready");
      lost = 0;
    } catch (error) {
      if (!(error instanceof Unreachable) || ++lost > MOST_LOST) throw error;
      await new Promise((resolve) => setTimeout(resolve, SECOND));
      continue;
    }
    const { state, said } = told;
    if (state === "ready") return;
    if (state === "failed") throw new Error(said);
    waiting(said);
  }
}

// Sends a file; `sent` is told the share that has gone.
export function upload(file, sent) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `page/upload?name=${encodeURIComponent(file.name)}`);
    sending.responseType = "json";
    sending.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) sent(event.loaded / event.total);
    });
    sending.addEventListener("load", () => {
      if (sending.status === 200) resolve(sending.response);
      else reject(new Error(sending.response?.problem || `${words.unreachable} (${sending.status})`));
    });
    sending.addEventListener("error", () => reject(new Error(words.unreachable)));
    sending.send(file);
  });
}

// How far a job is; a busy server may drop some of the requests.
export async function job(id) {
  for (let lost = 1; ; lost += 1) {
    try {
      return (await answered(await reached(`page/jobs/${id}`))).json();
    } catch (error) {
      if (!(error instanceof Unreachable) || lost > MOST_LOST) throw error;
      await new Promise((resolve) => setTimeout(resolve, SECOND));
    }
  }
}
