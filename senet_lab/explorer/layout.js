// The layout of the Explorer's page: controls, buttons, tabs and a body.
/** @import { Shown, Suffix } from "./messages.js" */
import { findAll, listen } from "../widgets/dom.js";
import { MODEL_FILES, menuItems, tabButtons } from "../widgets/kit.js";
import { TABS } from "./messages.js";

const EMBED_TITLE = "Explorer for squeeze-and-excitation networks";
const CTRL = /Mac/.test(navigator.platform) ? "Cmd" : "Ctrl";
/** @typedef {"undo" | "redo"} Step */
/** @type {Record<Step, string[]>} name, keys and arrow of the buttons that move between steps */
const STEPS = {
  undo: ["Undo", `${CTRL}+Z`, "M2 6h7.5a4 4 0 0 1 0 8H6M5.5 2.5 2 6l3.5 3.5"],
  redo: ["Redo", `${CTRL}+Shift+Z`, "M14 6H6.5a4 4 0 0 0 0 8H10M10.5 2.5 14 6l-3.5 3.5"],
};
/** @type {Partial<Record<Suffix, string>>} */
const FILES = { ".py": "Script (.py)", ".csv": "Layers (.csv)", ".svg": "Picture (.svg)", ".txt": "Token (.txt)" };

/**
 * Builds the page.
 * @param {HTMLElement} el
 * @param {string} view
 */
export function layout(el, view) {
  el.classList.add("sn", "sn-explorer", "sn-instrument");
  const steps = Object.entries(STEPS).map(
    ([name, [words, keys, arrow]]) => `
      <button type="button" class="sn-button sn-icon" data-part="${name}" data-ask="${name}" data-value="true" aria-label="${words}" title="${words} (${keys})">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="${arrow}"/></svg></button>`,
  );
  el.innerHTML = `
    <div class="sn-columns">
      <div class="sn-controls" data-part="controls" role="group" aria-label="Meta-parameters"></div>
      <div class="sn-page">
        <div class="sn-actions" data-part="actions" role="group" aria-label="This network">
          ${steps.join("")}
          <button type="button" class="sn-button" data-part="pin" data-ask="pin">Pin as A</button>
          <button type="button" class="sn-button" data-part="swap" data-ask="swap" data-value="true" title="Swap A and B">Swap</button>
          <button type="button" class="sn-button" data-part="token">Copy token</button>
          <button type="button" class="sn-button" data-part="link" hidden>Copy link</button>
          <button type="button" class="sn-button" data-part="embed" hidden>Copy embed code</button>
          <details class="sn-menu"><summary class="sn-button">Save</summary><div>${menuItems("save", { ...FILES, ...MODEL_FILES })}</div></details>
          <button type="button" class="sn-button" data-ask="reset" data-value="true">Start over</button>
          <button type="button" class="sn-button sn-more" data-part="more" aria-expanded="false" aria-label="More buttons">\u00b7\u00b7\u00b7</button>
        </div>
        <div data-part="heading"></div>
        <p class="sn-said" data-part="said" role="status"></p>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <div data-part="mark"></div>
        <div class="sn-tabs" role="tablist" aria-label="Views" data-part="tabs">${tabButtons(TABS, view)}</div>
        <div class="sn-tools" data-part="tools" hidden>
          <label>Filter <input type="search" placeholder="group3 conv 3x3"></label>
          <output></output><button type="button" class="sn-button" data-ask="csv">Copy as CSV</button>
        </div>
        <div data-part="body" role="tabpanel" id="${view}"></div>
      </div>
    </div>
    <p class="sn-said sn-echo" data-part="echo" aria-hidden="true" hidden></p>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}

/**
 * Makes a button unfold the other buttons, which are folded on phones.
 * @param {Record<string, HTMLElement>} parts
 */
export function unfoldButtons({ actions, more }) {
  const click = () => {
    const isOpen = actions.toggleAttribute("data-open");
    more.setAttribute("aria-expanded", String(isOpen));
  };
  return listen(more, { click });
}

/**
 * Updates the buttons.
 * @param {Record<string, HTMLElement>} parts
 * @param {Shown} shown
 */
export function placeButtons(parts, shown) {
  parts.pin.textContent = shown.pinned ? "Unpin A" : "Pin as A";
  parts.pin.dataset.value = String(!shown.pinned);
  parts.swap.hidden = !shown.pinned;
  parts.token.dataset.text = shown.token;
  hideAbsent(parts, shown.absent);
  const { explorer, embed } = linksTo(shown.address);
  parts.link.hidden = !explorer;
  parts.link.dataset.text = explorer;
  parts.embed.hidden = !embed;
  parts.embed.dataset.text = embed;
  for (const name of /** @type {Step[]} */ (Object.keys(STEPS)))
    parts[name].setAttribute("aria-disabled", String(!shown[name]));
}

/**
 * Hides what does not apply to the network, and shows the rest.
 * @param {Record<string, HTMLElement>} parts
 * @param {string[]} absent names of tabs, buttons, files, and "controls"
 */
function hideAbsent({ tabs, actions, controls }, absent) {
  for (const button of findAll(tabs, "[data-tab]")) button.hidden = absent.includes(button.dataset.tab ?? "");
  for (const button of findAll(actions, "[data-part], [data-ask]")) {
    const { part, ask, value } = button.dataset;
    if (part === "more" || part === "swap") continue; // folded on phones; shown only with a pinned network
    const names = [part, ask, value].filter((name) => name !== undefined);
    if (part !== "link" && part !== "embed") button.hidden = names.some((name) => absent.includes(name));
  }
  controls.hidden = absent.includes("controls");
}

/**
 * Returns a link to the current state, without other parts of the address such as the access token, and the code that
 * embeds it in another page. Both are "" in a notebook, which others cannot open. A page without a kernel states the
 * pages to link to in `data-explorer` and `data-embed`; there, the part after the # is not sent to a server.
 * @param {string} address
 */
function linksTo(address) {
  const { voila, explorer, embed } = document.body.dataset;
  const app = voila ? `${location.origin}${location.pathname}?${address}` : "";
  const source = `${embed}#${address}`.replaceAll("&", "&amp;");
  return {
    explorer: explorer ? `${explorer}#${address}` : app,
    embed: embed ? `<iframe src="${source}" title="${EMBED_TITLE}" width="100%" height="900"></iframe>` : "",
  };
}
