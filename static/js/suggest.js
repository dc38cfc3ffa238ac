// <form data-suggest="/search/suggestions/">: while the reader types, things whose names begin so,
// as links in the list below the field. The arrows go there and back, Escape closes it.
// Without an answer the form is what it was.
const PAUSE = 150; // between two keys, in milliseconds
const SHORTEST = 2;

let timer;
let asked = 0;

document.addEventListener("input", ({ target }) => typed(target));

document.addEventListener("keydown", (event) => {
  const form = event.target.closest("[data-suggest]");
  if (!form || listOf(form).hidden) return;
  const field = form.querySelector("input");
  if (event.key === "Escape") {
    event.preventDefault();
    field.focus();
    close(form);
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const stops = [field, ...listOf(form).querySelectorAll("a")];
  stops.at((stops.indexOf(event.target) + step) % stops.length)?.focus();
});

for (const away of ["focusin", "pointerdown"]) {
  document.addEventListener(away, ({ target }) => {
    for (const form of document.querySelectorAll("[data-suggest]")) {
      if (!form.contains(target) && !listOf(form).hidden) close(form);
    }
  });
}

function typed(field) {
  const form = field.closest("[data-suggest]");
  if (!form) return;
  clearTimeout(timer);
  asked += 1;
  if (field.value.trim().length < SHORTEST) return close(form);
  timer = setTimeout(() => ask(form, field, asked), PAUSE);
}

async function ask(form, field, number) {
  const url = `${form.dataset.suggest}?${new URLSearchParams({ q: field.value })}`;
  let found = [];
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (response.ok) found = (await response.json()).suggestions;
  } catch {
    // The reader searches without.
  }
  if (number === asked && form.contains(document.activeElement)) show(form, found);
}

function show(form, found) {
  const list = listOf(form);
  list.replaceChildren(...found.map(item));
  const wasHidden = list.hidden;
  list.hidden = !found.length;
  if (wasHidden && found.length) document.getElementById("announcer").textContent = list.dataset.hint;
}

function item({ title, url }) {
  const link = document.createElement("a");
  link.href = url;
  link.textContent = title;
  const line = document.createElement("li");
  line.append(link);
  return line;
}

function close(form) {
  asked += 1;
  listOf(form).hidden = true;
  document.getElementById("announcer").textContent = "";
}

function listOf(form) {
  return form.querySelector(".search__suggestions");
}

// What was typed while this was on its way.
if (document.activeElement?.matches("[data-suggest] input")) typed(document.activeElement);
