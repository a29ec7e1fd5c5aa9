// Thumbs up and down, with what was wrong and which article would have been right.

import { request } from "./server.js";
import { toast } from "./voice.js";

const dialog = document.getElementById("feedback");
const form = dialog.querySelector("form");
let asking = null;

export async function giveFeedback(turn, history, verdict, button) {
  if (verdict === "right") {
    return send(turn, history, button, { verdict, article_ids: cited(turn.answer) });
  }
  form.reset();
  if (turn.answer.refused) form.elements.reason.value = "wrongly_refused"; // what else is there to say
  const options = turn.answer.evidence.map((one) => {
    const option = document.createElement("option");
    option.value = one.article_id;
    option.textContent = [one.title || one.article_id, one.date].filter(Boolean).join(" · ");
    return option;
  });
  const chosen = form.elements.article;
  chosen.replaceChildren(chosen.options[0], ...options);
  asking = { turn, history, button };
  dialog.returnValue = "";
  dialog.showModal();
}

dialog.addEventListener("close", () => {
  const { turn, history, button } = asking ?? {};
  asking = null;
  if (!turn || dialog.returnValue !== "send") return;
  const values = Object.fromEntries(new FormData(form));
  const right = values.article_id.trim() || values.article;
  send(turn, history, button, {
    verdict: values.reason === "should_refuse" ? "should_refuse" : "wrong",
    reason: values.reason,
    article_ids: right && values.reason !== "should_refuse" ? [right] : [],
    right_answer: values.right_answer,
  }).catch((error) => toast(error.message));
});

const cited = (answer) => [...new Set(answer.citations.map((one) => one.article_id))];

async function send(turn, history, button, values) {
  const { said } = await request("feedback", {
    question: turn.question, answer: turn.answer.answer, history, ...values,
  });
  const group = button.closest(".judge");
  for (const one of group.querySelectorAll("[aria-pressed]")) {
    one.setAttribute("aria-pressed", String(one === button));
  }
  toast(said);
}
