// <div data-gallery>: thumbnails move the strip of pictures instead of the page, the strip marks its thumbnail.
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

document.querySelectorAll("[data-gallery]").forEach((gallery) => {
  const track = gallery.querySelector("[data-gallery-track]");
  const thumbs = gallery.querySelector("[data-gallery-thumbs]");
  if (!thumbs) return;
  const links = [...thumbs.querySelectorAll("a")];
  const pictures = links.map((link) => document.getElementById(link.hash.slice(1)));

  const show = (index) => track.scrollTo({ left: pictures[index].offsetLeft - pictures[0].offsetLeft });

  thumbs.addEventListener("click", (event) => {
    const index = links.indexOf(event.target.closest("a"));
    if (index < 0) return;
    event.preventDefault();
    show(index);
  });

  thumbs.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const next = links[links.indexOf(document.activeElement) + step];
    if (!step || !next) return;
    event.preventDefault();
    next.focus();
    next.click();
  });

  const observer = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => mark(links, pictures.indexOf(entry.target))),
    { root: track, threshold: 0.6 },
  );
  pictures.forEach((picture) => observer.observe(picture));
});

function mark(links, index) {
  links.forEach((link, i) => (i === index ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
}
