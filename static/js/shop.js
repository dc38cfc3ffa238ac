// What every page of the shop does.
import "./swap.js";
import "./quantity.js";

// Once somebody goes to a search field, what suggests; whoever does not search need not load it.
document.addEventListener("focusin", ({ target }) => {
  const form = target.closest("[data-suggest]");
  if (form) import(form.dataset.suggestScript).catch(() => {});
});
