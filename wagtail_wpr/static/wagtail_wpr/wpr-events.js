// Optional: tells the page's own scripts what the reader's state is, as DOM events that bubble from the element.
//   wpr:wall-shown   detail.wall: "register", "confirm" or "subscribe"
//   wpr:unlocked     an article stands open after its reader left an address
//   wpr:read-spent   detail.used, detail.limit: this view took one of the free reads
//   wpr:registered   the address was confirmed, in this tab
// Load it with <script src="…/wagtail_wpr/wpr-events.js" defer></script>. It reads the page and changes nothing.
(() => {
  "use strict";
  const pendingKey = "wpr-pending";
  const seen = new WeakSet();

  const tell = (element, name, detail = {}) =>
    element.dispatchEvent(new CustomEvent(`wpr:${name}`, { bubbles: true, detail }));

  const remember = (value) => {
    try {
      if (value === undefined) return sessionStorage.getItem(pendingKey);
      if (value === null) sessionStorage.removeItem(pendingKey);
      else sessionStorage.setItem(pendingKey, value);
    } catch {
      /* storage is off: only wpr:registered is lost */
    }
    return null;
  };

  const look = (root) => {
    const each = (selector, work) => {
      for (const element of root.querySelectorAll(selector)) {
        if (!seen.has(element)) {
          seen.add(element);
          work(element);
        }
      }
    };
    each(".wpr-wall", (wall) => {
      if (wall.dataset.wprWall === "confirm") remember("1");
      tell(wall, "wall-shown", { wall: wall.dataset.wprWall });
    });
    each(".wpr-confirm", (box) => {
      if (!remember()) tell(box, "unlocked");
      remember("1");
    });
    each(".wpr-meter", (meter) => {
      if (meter.dataset.wprReason === "metered") {
        tell(meter, "read-spent", { used: Number(meter.dataset.wprUsed), limit: Number(meter.dataset.wprLimit) });
      }
    });
    each('.wpr-account[data-wpr-account="reader"]', (account) => {
      if (remember()) {
        remember(null);
        tell(account, "registered");
      }
    });
  };

  const start = () => {
    look(document);
    new MutationObserver(() => look(document)).observe(document.body, { childList: true, subtree: true });
  };
  // A page for everybody shows the visitor's walls until its own script has asked who reads.
  const ready = () => {
    const filler = document.querySelector("script[data-wpr-slots]");
    if (!filler || "wprFilled" in filler.dataset) start();
    else document.addEventListener("wpr:filled", start, { once: true });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
