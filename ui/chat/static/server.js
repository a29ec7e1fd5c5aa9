// Requests to the server that this page came from; there are no others.

export async function request(name, values = {}) {
  const response = await fetch(`/page/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
  });
  return (await answered(response)).json();
}

async function answered(response) {
  if (response.ok) return response;
  let problem = `${response.status}`;
  try {
    problem = (await response.json()).problem || problem;
  } catch {}
  throw new Error(problem);
}

// Asks through Gradio's queue; `take` gets each part as it comes. Returns {done, stop}.
export function ask(asked, take) {
  const session = Math.random().toString(36).slice(2, 14);
  let source = null;
  let event = null;
  let settle;
  let stopped = false;
  const done = new Promise((resolve) => (settle = resolve));
  const end = (how) => {
    source?.close();
    settle(how);
  };
  const start = async () => {
    const response = await fetch("/gradio_api/call/converse", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ data: [asked], session_hash: session }),
    });
    event = (await (await answered(response)).json()).event_id;
    if (stopped) return cancel(session, event);
    source = new EventSource(`/gradio_api/call/converse/${event}`);
    let failed = false;
    const part = (message) => {
      const [value] = JSON.parse(message.data) || [];
      if (value && value.state) {
        failed = value.state === "failed";
        take(value);
      }
    };
    source.addEventListener("generating", part);
    source.addEventListener("complete", () => end(failed ? "failed" : "done"));
    source.addEventListener("error", () => end(stopped ? "stopped" : "lost"));
  };
  start().catch(() => end("lost"));
  return {
    done,
    stop() {
      stopped = true;
      if (event) cancel(session, event);
      end("stopped");
    },
  };
}

function cancel(session, event) {
  fetch("/gradio_api/cancel", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ session_hash: session, fn_index: 0, event_id: event }),
  }).catch(() => {});
}

// Sends a file; `sent` is told the share that has gone.
export function upload(file, sent) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `/page/upload?name=${encodeURIComponent(file.name)}`);
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
  return (await answered(await fetch(`/page/jobs/${id}`))).json();
}
