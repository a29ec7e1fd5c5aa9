// The quoted words, over a citation that is pointed at or has the focus. Escape takes them away.

const bubble = document.getElementById("bubble");
const LONGEST = 240;

function show(cite) {
  const { quote, about } = cite.dataset;
  if (!quote) return;
  bubble.querySelector(".bubble-quote").textContent =
    quote.length > LONGEST ? `${quote.slice(0, LONGEST)}…` : quote;
  bubble.querySelector(".bubble-about").textContent = about;
  bubble.hidden = false;
  cite.setAttribute("aria-describedby", "bubble");
  const at = cite.getBoundingClientRect();
  const size = bubble.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left - 20), innerWidth - size.width - 8);
  const above = at.top - size.height - 8;
  bubble.style.left = `${left}px`;
  bubble.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hide() {
  bubble.hidden = true;
}

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const cite = event.target.closest?.(".cite");
    if (cite) show(cite);
    else if (!event.target.closest?.("#bubble")) hide();
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
});
document.addEventListener("click", hide);
document.addEventListener("scroll", hide, true);
