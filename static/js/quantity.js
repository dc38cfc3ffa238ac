// <div data-quantity>: the buttons step the number between them; with data-quantity-submit
// the form is sent once the number has rested.
const REST = 500;
const timers = new WeakMap();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-quantity] [data-step]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const input = button.closest("[data-quantity]").querySelector("input");
  if (button.dataset.step > 0) input.stepUp();
  else input.stepDown();
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-quantity]");
  if (!box) return;
  refresh(box);
  if ("quantitySubmit" in box.dataset) submitSoon(event.target);
});

document.addEventListener("swap", refreshAll);
refreshAll();

function refreshAll() {
  document.querySelectorAll("[data-quantity]").forEach(refresh);
}

function refresh(box) {
  const { valueAsNumber, min, max } = box.querySelector("input");
  for (const button of box.querySelectorAll("[data-step]")) {
    const end = button.dataset.step > 0 ? max !== "" && valueAsNumber >= max : valueAsNumber <= min;
    button.setAttribute("aria-disabled", end);
  }
}

function submitSoon(input) {
  clearTimeout(timers.get(input.form));
  timers.set(input.form, setTimeout(() => input.form.requestSubmit(), REST));
}
