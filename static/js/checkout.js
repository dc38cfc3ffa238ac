// <form data-checkout>: what changes the form or its sums ([data-refresh]: countries, delivery, whose address is on
// the invoice) asks the server for both anew, and keeps what was typed meanwhile and where one was.
const PARTS = ["#checkout-form", "#checkout-summary", "#messages"];

const form = document.querySelector("[data-checkout]");
let current = null;

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-refresh], [name=billing_same]")) refresh();
});

form?.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "refresh") return;
  event.preventDefault();
  refresh();
});

async function refresh() {
  current?.abort();
  current = new AbortController();
  const { signal } = current;
  const body = new FormData(form);
  body.set("refresh", "1");
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body, signal, headers: { Accept: "text/html" } });
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!answer.querySelector(PARTS[0])) return location.reload();
    take(answer, body);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    if (current?.signal === signal) form.removeAttribute("aria-busy");
  }
}

function take(answer, sent) {
  const focused = document.activeElement?.id;
  const open = document.querySelector("details#checkout-summary")?.open;
  for (const input of answer.querySelectorAll("#checkout-form :is(input, textarea):not([type=hidden], [type=radio], [type=checkbox])")) {
    const typed = form.elements[input.name];
    if (typed && typed.value !== sent.get(input.name)) input.value = typed.value;
  }
  for (const part of PARTS) {
    const fresh = answer.querySelector(part);
    if (fresh) document.querySelector(part)?.replaceWith(fresh);
  }
  const summary = document.querySelector("details#checkout-summary");
  if (summary) summary.open = open;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  announce();
}

function announce() {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = document.querySelector(".checkout__sum")?.textContent ?? "";
}
