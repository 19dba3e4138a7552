// What every panel's page needs: a kernel's silence noticed, drawing anew without losing the reader's place, tabs, keys,
// tips, copying.

const PATIENCE = 3000; // milliseconds without an answer until the page says so
// Voila ends the kernel with the page, and has no cell that could be run again.
const AGAIN = document.body?.dataset.voila ? "gone, load the page again." : "restarted, run the cell again.";
const SILENCE =
  `The kernel has not answered for 3 seconds. If it is busy, the page follows when it is done; if it was ${AGAIN}`;
const ENDED =
  "The kernel of this page has stopped, probably because it ran out of memory. " +
  "If you want to keep this network, copy its link; then load the page again.";

// crypto.randomUUID is there on https and localhost alone, and classrooms serve plain http.
const uniqueId = () => `sn-${Math.random().toString(36).slice(2)}`;

// What goes to Python and comes back: the last message has the last turn, and a silence of the kernel is noticed. When
// the connection was lost or the kernel restarted, which nobody tells us apart, `again` is called once: an answer tells.
// In the app a kernel that dies stays dead, and the page hears of it at once; `silent` is given the words for either.
function conversation(model, view, silent, again) {
  let [turn, timer, answered, ended] = [0, 0, true, false];
  const kernel = document.body.dataset.voila ? model.widget_manager?.kernel : undefined;
  const patiently = (then) => {
    clearTimeout(timer);
    timer = setTimeout(then, PATIENCE);
  };
  const call = () => patiently(again); // what is sent while a kernel restarts is lost with a complaint
  const end = (_, status) => {
    if (status !== "dead") return;
    ended = true;
    clearTimeout(timer);
    silent(ENDED);
  };
  model.on("comm_live_update", call);
  kernel?.statusChanged.connect(end);
  return {
    isAnswered: () => answered,
    post(message) {
      if (ended) return void silent(ENDED);
      [answered, turn] = [false, turn + 1];
      model.set("asked", { ...message, turn: `${view} ${turn}` });
      model.save_changes();
      patiently(() => silent(SILENCE));
    },
    // Whether this is the answer to the last message.
    hear(answer) {
      if (answer !== `${view} ${turn}`) return false;
      clearTimeout(timer);
      return (answered = true);
    },
    stop() {
      clearTimeout(timer);
      model.off("comm_live_update", call);
      kernel?.statusChanged.disconnect(end);
    },
  };
}

const drawn = new WeakMap(); // element -> the HTML that was put there

const SCROLLERS = ".sn-scroll, .sn-code, .sn-boxes";
const NAMES = ["path", "hold", "ask", "value", "copy", "draw", "all", "file"]; // of data that tell elements apart

// Puts new HTML in place of the old without losing what belongs to the reader: focus, scrolling, opened details.
function redraw(body, html) {
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
function nameOf(element) {
  const { key } = element.matches("details[data-key] > summary") ? element.parentElement.dataset : element.dataset;
  if (key) return `[data-key="${CSS.escape(key)}"]${element.matches("summary") ? " > summary" : ""}`;
  const data = Object.entries(element.dataset).filter(([name]) => NAMES.includes(name));
  const said = data.map(([name, value]) => `[data-${name}="${CSS.escape(value)}"]`).join("");
  if (element.matches(".sn-node") && !said) return `.sn-node[data-tip^="${CSS.escape(element.dataset.tip.split("\n")[0])}"]`;
  if (element.matches(".sn-node")) return `.sn-node${said}`;
  return said ? said : element.className ? `.${[...element.classList].map(CSS.escape).join(".")}` : "";
}

function placeTabs(parts, tab) {
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
function keepKeys(el) {
  const decide = (event) => {
    if (!el.contains(event.target)) return;
    const undo = /^[zy]$/i.test(event.key);
    event.target.toggleAttribute("data-lm-suppress-shortcuts", undo || (!event.ctrlKey && !event.metaKey));
  };
  const stays = (event) => el.contains(event.target) && event.inputType.startsWith("history") && event.stopPropagation();
  const heard = [["keydown", decide], ["beforeinput", stays]]; // before JupyterLab, which listens on the document
  heard.forEach(([name, listener]) => window.addEventListener(name, listener, true));
  return () => heard.forEach(([name, listener]) => window.removeEventListener(name, listener, true));
}

// What a drawn part is, beside the pointer or below the focus; once a part is opened, not over what it shows, until pointer
// or focus move on.
function showTips(el, tip) {
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
  const heard = [["pointerover", at], ["focusin", at], ["focusout", away], ["pointerleave", away], ["keydown", press], ["click", press], ["pointermove", move]];
  heard.forEach(([name, listener]) => el.addEventListener(name, listener));
  return () => heard.forEach(([name, listener]) => el.removeEventListener(name, listener));
}

// Without a secure context, or leave, there is no clipboard, but for what is selected.
async function copy(button, text) {
  const label = (button.dataset.label ??= button.textContent); // a second click comes while it says "Copied"
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
}

// Along the tabs by arrow keys; which one is open is asked of Python.
function walkTabs(el, ask) {
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
function stepAlong(event, node) {
  const nodes = [...node.closest("svg").querySelectorAll(".sn-node")];
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -nodes.length, End: nodes.length }[event.key];
  if (step) nodes[Math.min(nodes.length - 1, Math.max(0, nodes.indexOf(node) + step))].focus();
  return Boolean(step);
}
