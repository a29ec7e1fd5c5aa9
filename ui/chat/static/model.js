// The dialog that connects a chat model. The key goes to the server and is never kept here.

import { request } from "./server.js";
import { keepSettings, settings } from "./state.js";

const dialog = document.getElementById("model");
let changed = false;

if (dialog) {
  const form = dialog.querySelector("form");
  const fields = form.elements;
  const said = document.getElementById("model-said");
  const listed = document.getElementById("model-listed");
  const words = Object.fromEntries(
    [...document.getElementById("model-words").content.querySelectorAll("dt")].map((term) => [
      term.textContent,
      term.nextElementSibling.textContent,
    ]),
  );
  let addresses = {};

  const values = () => ({
    provider: fields.provider.value,
    address: fields.address.value,
    model: fields.model.value,
    key: fields.key.value,
  });

  function tell(text, kind = "") {
    said.className = `model-said ${kind}`;
    said.textContent = text;
  }

  // Says what a request comes to; the buttons rest meanwhile.
  async function doing(text, name, then) {
    tell(text);
    const buttons = form.querySelectorAll("[data-model]");
    for (const button of buttons) button.disabled = true;
    try {
      then(await request(name, values()));
    } catch (error) {
      tell(error.message, "problem");
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  function show(state) {
    addresses = state.addresses;
    document.getElementById("model-now").textContent = state.said;
    form.querySelector('[data-model="forget"]').hidden = !state.kept;
    fields.key.value = "";
    fields.key.placeholder = state.kept?.has_key ? words.kept : "";
    fields.address.placeholder = addresses[fields.provider.value];
  }

  function offer(models) {
    listed.replaceChildren(...models.map((name) => new Option(name, name)));
    listed.hidden = !models.length;
    fields.model.hidden = models.length > 0;
    if (!models.length) return;
    if (!models.includes(fields.model.value)) fields.model.value = models[0];
    listed.value = fields.model.value;
  }

  const list = () =>
    doing(words.listing, "model_list", ({ models }) => {
      offer(models);
      tell("");
    });

  async function find() {
    const place = document.getElementById("model-found");
    place.textContent = words.looking;
    try {
      const { servers } = await request("model_find");
      place.replaceChildren(...servers.map(server), ...(servers.length ? [] : [words.none]));
    } catch (error) {
      place.textContent = error.message;
    }
  }

  function server(one) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "suggestion";
    button.textContent = `${one.name} · ${one.address}`;
    button.addEventListener("click", () => {
      fields.provider.value = one.provider;
      fields.address.value = one.address;
      fields.key.value = "";
      offer(one.models);
      tell("");
    });
    return button;
  }

  const deeds = {
    list,
    try: () =>
      doing(words.trying, "model_try", (trial) => {
        tell("", "tried");
        for (const text of [trial.question, trial.answer, trial.said]) {
          const line = document.createElement("p");
          line.textContent = text;
          said.append(line);
        }
      }),
    save: () =>
      doing(words.trying, "model_save", (state) => {
        changed = true;
        settings.answerer = "";
        keepSettings();
        show(state);
        tell(words.saved, "tried");
      }),
    forget: () =>
      doing("", "model_forget", (state) => {
        changed = true;
        settings.answerer = "";
        keepSettings();
        show(state);
      }),
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-model]");
    if (button) deeds[button.dataset.model]();
  });
  listed.addEventListener("change", () => (fields.model.value = listed.value));
  fields.provider.addEventListener("change", () => {
    fields.address.value = "";
    fields.address.placeholder = addresses[fields.provider.value];
    offer([]);
  });
  fields.address.addEventListener("change", () => offer([]));
  fields.address.addEventListener("change", () => fields.address.value && list());
  fields.key.addEventListener("change", () => fields.key.value && list());
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "close") event.preventDefault(); // Enter in a field keeps nothing
  });

  document.addEventListener("click", async (event) => {
    if (!event.target.closest('[data-open="model"]')) return;
    document.getElementById("settings").close();
    tell("");
    offer([]);
    dialog.showModal();
    find();
    try {
      const state = await request("model_state");
      if (state.kept) {
        for (const name of ["provider", "address", "model"]) fields[name].value = state.kept[name];
      }
      show(state);
    } catch (error) {
      tell(error.message, "problem");
    }
  });

  // The page names the models that may answer: it is made anew with them.
  dialog.addEventListener("close", () => changed && location.reload());
}
