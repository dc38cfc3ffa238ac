// <div data-buy-bar>: on phones, the way to buy follows while the form's own button ([data-buy]) is out of sight.
const bar = document.querySelector("[data-buy-bar]");
const row = document.querySelector("[data-buy]");

if (bar && row) {
  let inSight = true;
  const show = () => bar.toggleAttribute("hidden", inSight || row.hidden);

  new IntersectionObserver(([entry]) => {
    inSight = entry.isIntersecting;
    show();
  }).observe(row);
  new MutationObserver(show).observe(row, { attributeFilter: ["hidden"] });
}
