// Fills the slots of a page that is the same for everybody: asks once for all of them, when the page is really shown
// and somebody may be known here. Put into the page by SlotMiddleware where WPR_DELIVERY is "fetch".
(() => {
  "use strict";
  const data = document.currentScript.dataset;
  const root = document.documentElement;
  const defaults = new Map();
  let status;

  const mayBeKnown = () =>
    "wprAlways" in data || /(^|; )wpr_reader=/.test(document.cookie) || /[?&]wpr=/.test(location.search);

  const post = (to, slots, options) =>
    fetch(to, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ slots: slots.map((slot) => slot.getAttribute("token")), at: location.pathname }),
      ...options,
    });

  // Scripts that were parsed apart do not run; new ones of the same text do.
  const revived = (content) => {
    for (const script of content.querySelectorAll("script")) {
      const copy = document.createElement("script");
      for (const { name, value } of script.attributes) copy.setAttribute(name, value);
      copy.text = script.text;
      script.replaceWith(copy);
    }
    return content.childNodes;
  };

  // What the reader looks at and works with stays where it is.
  const put = (slot, nodes) => {
    const place = document.createRange();
    place.selectNodeContents(slot);
    const isAbove = place.getBoundingClientRect().bottom < 0;
    const hadFocus = slot.contains(document.activeElement);
    const height = root.scrollHeight;
    if (isAbove) root.style.overflowAnchor = "none";
    slot.replaceChildren(...nodes);
    if (isAbove) {
      scrollBy({ top: root.scrollHeight - height, behavior: "instant" });
      root.style.overflowAnchor = "";
    }
    if (hadFocus && slot.firstElementChild) {
      slot.firstElementChild.tabIndex = -1;
      slot.firstElementChild.focus({ preventScroll: true });
    }
  };

  const fill = (slot, html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    if (!defaults.has(slot)) defaults.set(slot, [...slot.childNodes]);
    put(slot, revived(template.content));
  };

  // The visitor's default; an inert part (an advertisement) comes to life.
  const keep = (slot) => {
    const before = defaults.get(slot);
    if (before) put(slot, before);
    defaults.delete(slot);
    const inert = slot.querySelector(":scope > template");
    if (inert) put(slot, revived(inert.content));
  };

  const ask = async (slots) => {
    slots.forEach((slot) => slot.contains(document.activeElement) || slot.setAttribute("aria-busy", "true"));
    try {
      const answer = await (await post(data.wprSlots, slots, { signal: AbortSignal.timeout(15000) })).json();
      for (const slot of slots) {
        const { html, kept } = answer.slots[slot.getAttribute("token")];
        if (html !== undefined) fill(slot, html);
        else if (kept === "default") keep(slot);
      }
      status.textContent = answer.say;
    } catch {
      // The page is complete as it is.
    }
    slots.forEach((slot) => slot.removeAttribute("aria-busy"));
  };

  const show = async (isAgain) => {
    const slots = [...document.querySelectorAll("wpr-slot[token]")];
    if (mayBeKnown()) {
      // All in one request; more than a hundred, which the server refuses, in several.
      for (let first = 0; first < slots.length; first += 100) await ask(slots.slice(first, first + 100));
    } else {
      slots.forEach(keep);
      const walls = slots.filter((slot) => slot.querySelector("[data-wpr-wall]"));
      if (data.wprShown && walls.length && !isAgain)
        post(data.wprShown, walls, { keepalive: true, credentials: "omit" }).catch(() => {});
    }
    data.wprFilled = "";
    document.dispatchEvent(new CustomEvent("wpr:filled"));
  };

  const start = () => {
    if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
    else if (document.visibilityState === "hidden") document.addEventListener("visibilitychange", start, { once: true });
    else {
      status = document.createElement("p");
      status.className = "wpr-hp";
      status.setAttribute("role", "status");
      document.body.append(status);
      show(false);
      addEventListener("pageshow", (event) => event.persisted && show(true));
    }
  };
  start();
})();
