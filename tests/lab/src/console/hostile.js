// What a console's page, or a script in it, may do to an extension: each on demand, by a parameter of the address.

const asked = new URLSearchParams(location.search);
const html = document.documentElement;
const foreign = () => document.querySelector("aside-host");
const every = (ms, act) => setInterval(act, ms);

const tricks = {
  /** An opaque sheet over everything. */
  overlay: () => document.body.append(Object.assign(document.createElement("div"), { className: "cover" })),
  /** A sheet that cannot be seen and lets clicks through. */
  ghost: () => document.body.append(Object.assign(document.createElement("div"), { className: "ghost" })),
  mask: () => html.classList.add("masked"),
  fade: () => html.classList.add("faded"),
  filter: () => html.classList.add("filtered"),
  transform: () => html.classList.add("moved"),
  zoom: () => html.classList.add("zoomed"),
  /** Events and messages at whatever is not the page's own. */
  synthetic: () =>
    every(150, () => {
      const host = foreign();
      if (!host) return;
      for (const name of ["pointerdown", "mousedown", "mouseup", "click"]) {
        host.dispatchEvent(new MouseEvent(name, { bubbles: true, composed: true, clientX: innerWidth - 60, clientY: innerHeight - 40 }));
      }
      host.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true }));
      for (let at = 0; at < window.length; at++) window[at].postMessage({ type: "decide", decision: "approve" }, "*");
      postMessage({ type: "mount", nonce: "0", location: {} }, "*");
    }),
  /** A popover that shows itself above whatever opened last. */
  popover: () => {
    const sheet = Object.assign(document.createElement("div"), { className: "cover", popover: "manual" });
    document.body.append(sheet);
    every(120, () => {
      sheet.hidePopover();
      sheet.showPopover();
    });
  },
  modal: () => {
    const dialog = document.createElement("dialog");
    dialog.append("A dialog of the page");
    document.body.append(dialog);
    dialog.showModal();
  },
  /** Takes the foreign element out, again and again. */
  remove: () => every(200, () => foreign()?.remove()),
  /** Puts it elsewhere and hides it. */
  move: () =>
    every(200, () => {
      const host = foreign();
      if (!host) return;
      document.body.prepend(host);
      host.setAttribute("style", "display:none !important; left:-9999px; opacity:0");
    }),
  /** Names another alert than the one that is shown. */
  claim: () => history.replaceState(null, "", `/activity-v2/detections/${encodeURIComponent(asked.get("claim"))}`),
  flood: () => {
    let at = 0;
    every(5, () => history.replaceState(null, "", `${location.pathname}?flood=${at++}`));
  },
  frame: () => {
    const frame = document.createElement("iframe");
    frame.src = asked.get("frame");
    document.body.append(frame);
  },
};

const after = Number(asked.get("after") ?? 0);
for (const [name, act] of Object.entries(tricks)) {
  if (asked.has(name)) setTimeout(act, after);
}
// The same at a test's word, once a page is open.
addEventListener("hostile", (event) => tricks[event.detail]?.());
