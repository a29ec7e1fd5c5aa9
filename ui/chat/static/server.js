// Requests to the server that this page came from; there are no others. All addresses are relative:
// the page may lie under a path of a proxy.

export async function request(name, values = {}) {
  const response = await fetch(`page/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
  });
  return (await answered(response)).json();
}

// The same, for what comes as a file.
export async function download(name, values) {
  const response = await fetch(`page/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
  });
  return (await answered(response)).blob();
}

async function answered(response) {
  if (response.ok) return response;
  let problem = `${response.status}`;
  try {
    problem = (await response.json()).problem || problem;
  } catch {}
  throw new Error(problem);
}

// Asks; `take` gets each part of the answer as it comes. Returns {done, stop}.
export function ask(asked, take) {
  const stopping = new AbortController();
  const run = async () => {
    let how = "lost"; // unless the last part says otherwise
    for await (const part of parts(asked, stopping.signal)) {
      if (part.state === "done" || part.state === "failed") how = part.state;
      take(part);
    }
    return how;
  };
  const done = run().catch(() => (stopping.signal.aborted ? "stopped" : "lost"));
  return { done, stop: () => stopping.abort() };
}

// The lines of the answer, each one part as JSON.
async function* parts(asked, signal) {
  const response = await fetch("page/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
    signal,
  });
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
      if (!(error instanceof TypeError) || ++lost > MOST_LOST) throw error; // fetch throws TypeErrors
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
      else reject(new Error(sending.response?.problem || (sending.status === 413 ? "large" : `${sending.status}`)));
    });
    sending.addEventListener("error", () => reject(new Error("lost")));
    sending.send(file);
  });
}

export async function job(id) {
  return (await answered(await fetch(`page/jobs/${id}`))).json();
}
