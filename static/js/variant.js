// <div data-variants> inside <… data-product>: one row of choices an option in the place of the plain list of
// variants; price, stock and picture follow. Reads <script type="application/json" id="variants">, a list of
// {sku, options: {slug: value}, price, was, state, label, buyable, max, picture}, all words and sums as printed.
const root = document.querySelector("[data-variants]");
const data = document.getElementById("variants");

if (root && data) start(root, JSON.parse(data.textContent));

function start(root, variants) {
  const product = root.closest("[data-product]") ?? document;
  const rows = [...root.querySelectorAll("[data-option]")];
  const list = root.querySelector("[data-variant-list]");
  const skus = [...list.querySelectorAll("[name=sku]")];
  const current = () => variants.find(({ sku }) => skus.some((radio) => radio.checked && radio.value === sku));
  const first = current() ?? variants.find(({ buyable }) => buyable) ?? variants[0];

  if (rows.length) {
    list.hidden = true;
    rows.forEach((row) => (row.hidden = false));
    choose(rows, first);
  }
  update(first);

  root.addEventListener("change", (event) => {
    const row = event.target.closest("[data-option]");
    const variant = row ? nearest(rows, row, variants) : current();
    if (!variant) return;
    if (row) choose(rows, variant);
    update(variant);
    showPicture(variant.picture);
  });

  function update(variant) {
    skus.forEach((radio) => (radio.checked = radio.value === variant.sku));
    rows.forEach((row, index) => limit(row, rows.slice(0, index), variants, variant));
    show(product, variant);
  }
}

// The variant with the chosen values; where there is none, one that agrees with as many as possible, the changed one above all.
function nearest(rows, changed, variants) {
  const agrees = (variant, row) => variant.options[row.dataset.option] === value(row);
  const score = (variant) => rows.filter((row) => agrees(variant, row)).length;
  return variants.filter((variant) => agrees(variant, changed)).sort((a, b) => score(b) - score(a))[0];
}

function value(row) {
  return row.querySelector(":checked")?.value;
}

function choose(rows, variant) {
  for (const row of rows) {
    for (const input of row.querySelectorAll("input")) input.checked = input.value === variant.options[row.dataset.option];
    const chosen = row.querySelector("[data-option-chosen]");
    if (chosen) chosen.textContent = row.querySelector(":checked")?.closest("label").textContent.trim() ?? "";
  }
}

// A value that no variant has beside the values chosen in the rows above is disabled; one that is sold out is marked.
function limit(row, above, variants, chosen) {
  const possible = variants.filter(({ options }) => above.every(({ dataset }) => options[dataset.option] === chosen.options[dataset.option]));
  for (const input of row.querySelectorAll("input")) {
    const having = possible.filter(({ options }) => options[row.dataset.option] === input.value);
    input.disabled = !having.length;
    input.closest("label").toggleAttribute("data-sold-out", having.length > 0 && having.every(({ buyable }) => !buyable));
  }
}

function show(product, { sku, price, was, state, label, buyable, max }) {
  const one = (name) => product.querySelector(`[data-${name}]`);
  one("price")?.classList.toggle("price--sale", Boolean(was));
  write(one("sku"), sku);
  product.querySelectorAll("[data-price-now]").forEach((element) => write(element, price));
  write(one("price-was"), was ?? "");
  one("price-was")?.parentElement.toggleAttribute("hidden", !was);
  one("stock")?.setAttribute("data-state", state);
  write(one("stock-label"), label);
  one("buy")?.toggleAttribute("hidden", !buyable);
  one("notify")?.toggleAttribute("hidden", buyable);
  follow(one("alert"), sku, buyable);
  const quantity = product.querySelector("[data-quantity] input");
  if (quantity && max) {
    quantity.max = max;
    if (quantity.valueAsNumber > max) quantity.value = max;
    quantity.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// "Tell me when it is back" opens for what is sold out, and is about that.
function follow(alert, sku, buyable) {
  if (!alert) return;
  alert.open = !buyable;
  const list = alert.querySelector("select[name=item]");
  if (list && !buyable) list.value = sku;
}

function write(element, words) {
  if (element) element.textContent = words;
}

function showPicture(number) {
  document.querySelector(`[data-gallery-thumbs] [href="#picture-${number}"]`)?.click();
}
