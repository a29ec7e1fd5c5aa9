// Before the first paint, so that a dark page does not begin white.
(() => {
  let theme = "auto";
  try {
    theme = JSON.parse(localStorage.getItem("juwen.settings") || "{}").theme || "auto";
  } catch {}
  if (theme !== "auto") document.documentElement.dataset.theme = theme;
})();
