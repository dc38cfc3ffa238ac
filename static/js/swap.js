// <form data-swap="#basket-badge, #messages">: sends the form in the background and puts the named
// parts of the answer in the place of ours. With data-swap-url the address follows
// (its value, or where the answer came from).
const DISMISS_AFTER = 10_000;

const pending = new WeakSet();
const native = new WeakSet();

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-swap]") || event.defaultPrevented || native.delete(form)) return;
  const request = requestFor(form, submitter);
  if (request.url.origin !== location.origin) return;

  event.preventDefault();
  if (pending.has(form)) return;
  pending.add(form);
  busy(submitter, true);
  try {
    const response = await fetch(request.url, { ...request.init, headers: { Accept: "text/html" } });
    apply(form, response, await response.text());
  } catch {
    native.add(form);
    form.requestSubmit(submitter);
  } finally {
    pending.delete(form);
    busy(submitter, false);
  }
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
});

addEventListener("popstate", (event) => {
  if (event.state?.swapped) location.reload();
});

function requestFor(form, submitter) {
  const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href);
  const method = (submitter?.getAttribute("formmethod") ?? form.method).toUpperCase();
  const body = new FormData(form, submitter);
  if (method !== "GET") return { url, init: { method, body } };
  url.search = new URLSearchParams(body);
  return { url, init: { method } };
}

function busy(button, on) {
  for (const name of ["aria-busy", "aria-disabled"]) {
    if (on) button?.setAttribute(name, "true");
    else button?.removeAttribute(name);
  }
}

function apply(form, response, html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const focused = document.activeElement;
  const replaced = form.dataset.swap.split(",").map((id) => replace(id.trim(), answer)).filter(Boolean);

  if (!replaced.length) {
    if (response.ok) location.assign(response.url);
    else fail();
    return;
  }
  if ("swapUrl" in form.dataset) follow(form.dataset.swapUrl || response.url);
  keepFocus(focused, replaced);
  announce(replaced.find((element) => element.id === "messages"));
  document.dispatchEvent(new CustomEvent("swap", { detail: replaced }));
}

function replace(selector, answer) {
  const old = document.querySelector(selector);
  const fresh = answer.querySelector(selector);
  if (!old || !fresh) return null;
  fresh.dataset.fresh = "";
  old.replaceWith(fresh);
  return fresh;
}

function follow(url) {
  history.replaceState({ ...history.state, swapped: true }, "");
  if (url !== location.href) history.pushState({ swapped: true }, "", url);
}

// Where the answer asks for it (an error summary), else where it was, else the part that took its place.
function keepFocus(focused, replaced) {
  const wanted = replaced.map((element) => element.querySelector("[autofocus]")).find(Boolean);
  if (wanted) return wanted.focus();
  if (focused?.isConnected) return;
  const same = focused?.id && document.getElementById(focused.id);
  if (!same) replaced[0].tabIndex = -1;
  (same || replaced[0]).focus({ preventScroll: true });
}

function announce(messages) {
  const announcer = document.getElementById("announcer");
  if (!messages || !announcer) return;
  announcer.textContent = "";
  const words = [...messages.querySelectorAll(".notice__body")].map((body) => body.textContent.trim());
  setTimeout(() => (announcer.textContent = words.join(" ")), 100);
  setTimeout(() => {
    if (!messages.matches(":hover, :focus-within")) messages.querySelectorAll(".notice--success").forEach((notice) => notice.remove());
  }, DISMISS_AFTER);
}

function fail() {
  const messages = document.getElementById("messages");
  const template = document.getElementById("swap-failed");
  if (!messages || !template) return;
  messages.replaceChildren(template.content.cloneNode(true));
  messages.dataset.fresh = "";
  announce(messages);
}
