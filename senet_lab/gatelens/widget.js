// The GateLens's page. It sends what was chosen and shows what comes back; what a choice means is decided in Python.
import { conversation } from "../widgets/conversation.js";
import { drawing, keepKeys, placeTabs, redraw, showTips, uniqueId, walkTabs } from "../widgets/kit.js";

const TABS = ["Curves", "Heat map", "Spread", "Depth", "Similarity", "One image", "Ablation", "Training"];
const ONCE = ["save", "own", "upload"]; // done rather than set
const PART = 4 * 2 ** 20; // bytes of a file in one message: Jupyter's server takes ten
const MOST = 64 * 2 ** 20; // bytes of a file

export default {
  render({ model, el }) {
    const view = uniqueId();
    layout(el, view);
    const parts = Object.fromEntries([...el.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    let file = ""; // the one that is being sent

    function silence(words) {
      el.classList.toggle("sn-silent", Boolean(words));
      complain(words || model.get("shown").error);
    }
    const talk = conversation(model, "shown", view, { once: ONCE, silence });
    const { ask } = talk;

    function complain(words) {
      if (parts.error.textContent !== words) parts.error.textContent = words;
      parts.error.hidden = !words;
    }

    // Each part when the one before has come, so that what is chosen meanwhile need not wait for the whole file.
    async function send(chosen) {
      const { name, size } = chosen;
      if (!size || size > MOST) return ask("own", { name, size }); // to be told why not
      const turn = (file = uniqueId());
      const parts = Math.ceil(size / PART);
      for (let part = 0; part < parts && file === turn; part += 1) {
        const bytes = await chosen.slice(part * PART, (part + 1) * PART).arrayBuffer();
        await ask("upload", { file: name, turn, part, parts }, { buffers: [bytes] });
      }
    }

    const sendFile = (chosen) =>
      chosen &&
      send(chosen).catch((error) =>
        complain(`'${chosen.name}' could not be read (${error.message}). Choose it again.`),
      );

    function show() {
      const shown = model.get("shown");
      if (parts.said.textContent !== shown.said) parts.said.textContent = shown.said;
      placeTabs(parts, shown.tab);
      parts.busy.hidden = !shown.busy;
      const doing = shown.busy || shown.doing;
      if (parts.doing.textContent !== doing) parts.doing.textContent = doing;
      if (!talk.isAnswered()) return; // a later choice is on its way: leave the controls to the hand that moves them
      complain(shown.error);
      redraw(parts.side, model.get("side"));
    }

    const drawsOf = (name) => () => (name !== "side" || talk.isAnswered()) && redraw(parts[name], model.get(name));

    const chooses = [chooseBlocks(el, ask), hold(el, ask), choose(el, ask), takeFiles(el, sendFile)];
    const stops = [keepKeys(el), showTips(el, parts.tip), walkTabs(el, ask), ...chooses];
    const shows = {
      ...Object.fromEntries(["heading", "strip", "side", "body"].map((name) => [name, drawsOf(name)])),
      shown: show,
    };
    for (const name of Object.keys(shows)) {
      shows[name] = drawing(shows[name], complain);
      model.on(`change:${name}`, shows[name]);
      shows[name]();
    }
    return () => {
      stops.forEach((stop) => stop());
      talk.stop();
      for (const [name, draws] of Object.entries(shows)) model.off(`change:${name}`, draws);
    };
  },
};

function layout(el, view) {
  el.classList.add("sn", "sn-explorer", "sn-lens");
  const tabs = TABS.map(
    (tab, at) =>
      `<button type="button" role="tab" data-tab="${tab}" id="${view}-${at}" aria-controls="${view}">${tab}</button>`,
  );
  el.innerHTML = `
    <div class="sn-columns">
      <div class="sn-side" data-part="side" role="group" aria-label="What is looked at"></div>
      <div class="sn-page">
        <div data-part="heading"></div>
        <div class="sn-strip" data-part="strip"></div>
        <div class="sn-busy"><span data-part="busy" hidden><progress aria-label="At work"></progress></span>
          <span data-part="doing" role="status"></span></div>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <div class="sn-tabs" role="tablist" aria-label="Views" data-part="tabs">${tabs.join("")}</div>
        <p class="sn-said" data-part="said" role="status"></p>
        <div data-part="body" role="tabpanel" id="${view}"></div>
      </div>
    </div>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}

// Listeners on one element; returns how to stop.
function listen(el, heard) {
  heard.forEach(([name, listener]) => el.addEventListener(name, listener));
  return () => heard.forEach(([name, listener]) => el.removeEventListener(name, listener));
}

// A block by click or Enter, or by arrow keys along its neighbours.
function chooseBlocks(el, ask) {
  const click = (event) => {
    const node = event.target.closest(".sn-node[data-path]");
    if (node) ask("path", node.dataset.path);
  };
  const key = (event) => {
    const node = event.target.closest?.(".sn-node");
    if (!node) return;
    const nodes = [...node.closest("svg").querySelectorAll(".sn-node")];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -nodes.length, End: nodes.length }[
      event.key
    ];
    const to = step ? nodes[Math.min(nodes.length - 1, Math.max(0, nodes.indexOf(node) + step))] : node;
    if (step) to.focus();
    else if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (to.dataset.path !== undefined) ask("path", to.dataset.path);
    else if (!step) to.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  };
  return listen(el, [
    ["click", click],
    ["keydown", key],
  ]);
}

// A gate is held, or let go: at once on the page, so that a second click means the other thing.
function hold(el, ask) {
  const click = (event) => {
    const button = event.target.closest("[data-hold]");
    if (!button) return;
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    ask(`hold ${button.dataset.hold}`, pressed);
  };
  return listen(el, [["click", click]]);
}

// Buttons, check boxes, radio buttons and the list of networks.
function choose(el, ask) {
  const classes = () => [...el.querySelectorAll("input[data-ask=classes]")];
  const askClasses = () =>
    ask(
      "classes",
      classes()
        .filter((box) => box.checked)
        .map((box) => Number(box.dataset.value)),
    );
  const click = (event) => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { tab, ask: name, value, all } = button.dataset;
    if (tab) ask("tab", tab);
    else if (all) {
      classes().forEach((box) => (box.checked = all === "true" && !box.disabled));
      askClasses();
    } else if (name)
      ask(name, name === "image" || name === "page" ? Number(value) : name === "save" ? value : value === "true");
  };
  const change = ({ target }) => {
    const { ask: name, value } = target.dataset;
    if (name === "classes") askClasses();
    else if (target.type === "checkbox" && name) ask(name, target.checked);
    else if (name) ask(name, target.tagName === "SELECT" ? target.value : value);
  };
  // Before the list is opened, so that the runs that are there now are in it.
  const near = ({ target, relatedTarget }) => {
    if (target.dataset?.ask === "network" && !relatedTarget?.closest("[data-ask=network]")) ask("runs", true);
  };
  return listen(el, [
    ["click", click],
    ["change", change],
    ["mouseover", near],
    ["focusin", near],
  ]);
}

// A file of one's own, chosen or dropped anywhere on the panel.
function takeFiles(el, send) {
  const change = ({ target }) => {
    if (!target.dataset.file) return;
    send(target.files[0]);
    target.value = ""; // so that the same file can be chosen again
  };
  // The side may be drawn anew while the dialog is open: what is chosen then is heard by the old input alone.
  const opened = ({ target }) => target.dataset.file && (target.onchange = change);
  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    event.stopPropagation(); // or JupyterLab takes it for a file to keep
    el.classList.add("sn-over");
  };
  const leave = (event) => el.contains(event.relatedTarget) || el.classList.remove("sn-over");
  const drop = (event) => {
    el.classList.remove("sn-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    send(event.dataTransfer.files[0]);
  };
  return listen(el, [
    ["click", opened],
    ["change", change],
    ["dragenter", over],
    ["dragover", over],
    ["dragleave", leave],
    ["drop", drop],
  ]);
}
