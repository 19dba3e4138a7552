// What every panel's page needs: drawing anew without losing the reader's place, tabs, menus, keys, tips, copying.

// crypto.randomUUID is there on https and localhost alone, and classrooms serve plain http.
export const uniqueId = () => `sn-${Math.random().toString(36).slice(2)}`;

// A listener that draws, and says in the panel what goes wrong: ipywidgets would tell the console alone, and the page
// would look as if it still waited for an answer.
export function drawing(draw, complain) {
  return () => {
    try {
      draw();
    } catch (error) {
      console.error(error);
      complain(`The page could not show what came from the kernel (${error.message}). Load the page again.`);
    }
  };
}

export const drawn = new WeakMap(); // element -> the HTML that was put there

const SCROLLERS = ".sn-scroll, .sn-code, .sn-boxes";
const NAMES = ["path", "hold", "ask", "value", "copy", "draw", "all", "file"]; // of data that tell elements apart

// Puts new HTML in place of the old without losing what belongs to the reader: focus, scrolling, opened details.
export function redraw(body, html) {
  if (drawn.get(body) === html) return;
  const opened = new Set([...body.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key));
  const scrolled = [...body.querySelectorAll(SCROLLERS)].map((each) => each.scrollTop);
  const focused = body !== document.activeElement && body.contains(document.activeElement);
  const focus = focused ? nameOf(document.activeElement) : "";
  body.innerHTML = html;
  drawn.set(body, html);
  for (const each of body.querySelectorAll("details[data-key]")) each.open = opened.has(each.dataset.key);
  body.querySelectorAll(SCROLLERS).forEach((each, at) => (each.scrollTop = scrolled[at] ?? 0));
  if (!focused) return;
  const near = [focus, ".sn-card .sn-node[tabindex='0']", ".sn-node[tabindex='0']"];
  const next = near.map((each) => each && body.querySelector(each)).find(Boolean) ?? body;
  if (next === body && !body.hasAttribute("tabindex")) body.tabIndex = -1; // what had the focus is gone: stay near
  next.focus({ preventScroll: true });
}

// How to find an element again after its surroundings were drawn anew. Who went into a part is at that part.
export function nameOf(element) {
  const { key } = element.matches("details[data-key] > summary") ? element.parentElement.dataset : element.dataset;
  if (key) return `[data-key="${CSS.escape(key)}"]${element.matches("summary") ? " > summary" : ""}`;
  const data = Object.entries(element.dataset).filter(([name]) => NAMES.includes(name));
  const said = data.map(([name, value]) => `[data-${name}="${CSS.escape(value)}"]`).join("");
  if (element.matches(".sn-node") && !said)
    return `.sn-node[data-tip^="${CSS.escape(element.dataset.tip.split("\n")[0])}"]`;
  if (element.matches(".sn-node")) return `.sn-node${said}`;
  return said ? said : element.className ? `.${[...element.classList].map(CSS.escape).join(".")}` : "";
}

export function placeTabs(parts, tab) {
  for (const button of parts.tabs.children) {
    const here = button.dataset.tab === tab;
    button.setAttribute("aria-selected", String(here));
    button.tabIndex = here ? 0 : -1;
    if (here) parts.body.setAttribute("aria-labelledby", button.id);
  }
}

// In command mode JupyterLab takes the arrow keys and Enter of what has the focus in an output, unless that itself says
// no. So it does, except for Ctrl and Cmd: saving should work from anywhere; but what is undone is the panel's own, and
// not the notebook's. Returns how to stop.
export function keepKeys(el) {
  const decide = (event) => {
    if (!el.contains(event.target)) return;
    const undo = /^[zy]$/i.test(event.key);
    event.target.toggleAttribute("data-lm-suppress-shortcuts", undo || (!event.ctrlKey && !event.metaKey));
  };
  const stays = (event) =>
    el.contains(event.target) && event.inputType.startsWith("history") && event.stopPropagation();
  const heard = [
    ["keydown", decide],
    ["beforeinput", stays],
  ]; // before JupyterLab, which listens on the document
  heard.forEach(([name, listener]) => window.addEventListener(name, listener, true));
  return () => heard.forEach(([name, listener]) => window.removeEventListener(name, listener, true));
}

// The menus of an element close by Escape, which leads back to their button, and when pointer or focus go elsewhere.
// Returns how to stop.
export function closeMenus(el) {
  const opened = () => [...el.querySelectorAll(".sn-menu[open]")];
  const elsewhere = ({ target }) =>
    opened()
      .filter((menu) => !menu.contains(target))
      .forEach((menu) => (menu.open = false));
  const key = (event) => {
    const menu = event.key === "Escape" && event.target.closest?.(".sn-menu[open]");
    if (!menu) return;
    closeMenu(menu);
    event.stopPropagation(); // or the panel would take it for its own
  };
  el.addEventListener("keydown", key, true);
  const heard = ["pointerdown", "focusin"];
  heard.forEach((name) => window.addEventListener(name, elsewhere, true));
  return () => {
    el.removeEventListener("keydown", key, true);
    heard.forEach((name) => window.removeEventListener(name, elsewhere, true));
  };
}

// Closes a menu; the focus, if it is in there, goes to its button.
export function closeMenu(menu) {
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  menu.open = false;
}

// What a drawn part is, beside the pointer or below the focus; once a part is opened, not over what it shows, until pointer
// or focus move on.
export function showTips(el, tip) {
  let opened = false;
  const at = (event) => {
    const node = event.target.closest?.("[data-tip]");
    if (!node || opened) return void (tip.hidden = true);
    tip.textContent = node.dataset.tip;
    tip.hidden = false;
    const [frame, box] = [el.getBoundingClientRect(), node.getBoundingClientRect()];
    const left = Math.min(box.left + box.width / 2 - tip.offsetWidth / 2, frame.right - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(0, left - frame.left)}px`;
    tip.style.top = `${box.bottom - frame.top + 6}px`;
  };
  const away = () => (tip.hidden = true);
  const press = (event) => {
    opened = event.type === "click" || ["Enter", " ", "Escape"].includes(event.key);
    if (opened) away();
  };
  const move = (event) => (opened &&= !(event.movementX || event.movementY));
  const heard = [
    ["pointerover", at],
    ["focusin", at],
    ["focusout", away],
    ["pointerleave", away],
    ["keydown", press],
    ["click", press],
    ["pointermove", move],
  ];
  heard.forEach(([name, listener]) => el.addEventListener(name, listener));
  return () => heard.forEach(([name, listener]) => el.removeEventListener(name, listener));
}

// Without a secure context, or leave, there is no clipboard, but for what is selected.
export async function copy(button, text) {
  const label = (button.dataset.label ??= button.textContent); // a second click comes while it says "Copied"
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    isCopied = document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = isCopied ? "Copied" : "Not copied";
  setTimeout(() => (button.textContent = label), 1500);
}

// Along the tabs by arrow keys; which one is open is asked of Python.
export function walkTabs(el, ask) {
  const arrows = (event) => {
    if (event.target.getAttribute("role") !== "tab") return;
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -99, End: 99 }[event.key];
    if (!step) return;
    const tabs = [...event.target.parentElement.children];
    const to = tabs[Math.min(tabs.length - 1, Math.max(0, tabs.indexOf(event.target) + step))];
    to.focus();
    ask("tab", to.dataset.tab);
    event.preventDefault();
  };
  el.addEventListener("keydown", arrows);
  return () => el.removeEventListener("keydown", arrows);
}

// From a drawn part that has the focus to its neighbours, by arrow keys; returns whether the key was one of them.
export function stepAlong(event, node) {
  const nodes = [...node.closest("svg").querySelectorAll(".sn-node")];
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -nodes.length, End: nodes.length }[
    event.key
  ];
  if (step) nodes[Math.min(nodes.length - 1, Math.max(0, nodes.indexOf(node) + step))].focus();
  return Boolean(step);
}
