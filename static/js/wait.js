// <… data-wait>: an order whose payment is being confirmed. Looks again every few seconds, for a minute, and shows the
// page anew once something has happened. Without JavaScript there is a link that does the same.
const EVERY = 3000;
const TIMES = 20;

const main = document.querySelector("[data-order-status]");

if (document.querySelector("[data-wait]") && main) look(TIMES);

async function look(times) {
  if (!times) return;
  await new Promise((resolve) => setTimeout(resolve, EVERY));
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    const status = answer.querySelector("[data-order-status]")?.dataset.orderStatus;
    if (status && status !== main.dataset.orderStatus) return location.reload();
  } catch {
    // The network was away for a moment: the next look may see it back.
  }
  look(times - 1);
}
