// Projector mode of a lesson: large type, and one section at a time. `?projector` in the address starts it, so that it
// survives a reload and can be linked. A plain script, since browsers load no modules from a disk.
(() => {
  const MODE = "projector";
  const KEYS = [
    ["→ or n", "next section"],
    ["← or p", "previous section"],
    ["Page Down, Page Up", "scroll; at the end, go on to the next section"],
    ["o", "open or close all answers of this section"],
    ["f", "full screen"],
    ["Esc", "leave projector mode"],
    ["?", "show or hide the keys"],
  ];
  const PANEL_TYPE = 14; // pixels of the type of an exercise
  const note = document.querySelector(".sn-lesson-note");
  const lesson = document.querySelector(".bd-article > section");
  if (!note || !lesson) return;

  const rest = [...lesson.children].filter((child) => child.tagName === "SECTION");
  const count = rest.length + 1;
  let at = 0;

  /** The parts of a section; the first has everything above the second, such as the bar that is added later. */
  const partsOf = (index) =>
    index ? [rest[index - 1]] : [...lesson.children].filter((child) => !rest.includes(child));
  const titleOf = (index) => (index ? rest[index - 1] : lesson).querySelector("h1, h2").firstChild.textContent.trim();

  const bar = document.createElement("nav");
  bar.className = "sn-projector-bar";
  bar.setAttribute("aria-label", "Projector");
  bar.hidden = true;
  bar.innerHTML = `<button type="button" data-key="p" aria-label="Previous section">←</button>
    <output aria-live="polite"></output>
    <button type="button" data-key="n" aria-label="Next section">→</button>
    <button type="button" data-key="?">Keys</button>
    <button type="button" data-key="Escape">Leave</button>`;
  const [place] = bar.getElementsByTagName("output");
  const help = document.createElement("dialog");
  help.className = "sn-projector-keys";
  help.setAttribute("aria-label", "Keys");
  const list = KEYS.map(([key, words]) => `<dt>${key}</dt><dd>${words}</dd>`).join("");
  help.innerHTML = `<h2>Keys</h2><dl>${list}</dl><form method="dialog"><button>Close</button></form>`;
  const start = document.createElement("button");
  start.type = "button";
  start.className = "sn-way sn-projector-start";
  start.textContent = "Projector";
  start.title = "Large type, one section at a time";
  note.after(start);
  document.body.append(bar, help);

  const isOn = () => document.documentElement.classList.contains("sn-projector");

  function show(index) {
    at = Math.max(0, Math.min(index, count - 1));
    const shown = partsOf(at);
    for (const part of lesson.children) part.classList.toggle("sn-shown", shown.includes(part));
    place.textContent = `${at + 1} / ${count}   ${titleOf(at)}`;
    const address = new URL(location.href);
    address.searchParams.set(MODE, "");
    address.hash = at ? rest[at - 1].id : "";
    history.replaceState(history.state, "", address.href.replace(`${MODE}=`, MODE));
    scrollTo({ top: 0, behavior: "instant" });
  }

  /** Makes the type of the exercises as large as that around them. */
  function fitExercises() {
    const size = Number.parseFloat(getComputedStyle(lesson).fontSize);
    document.documentElement.style.setProperty("--sn-zoom", String(size / PANEL_TYPE));
  }

  function enter(index) {
    document.documentElement.classList.add("sn-projector");
    bar.hidden = false;
    fitExercises();
    show(index);
  }

  function leave() {
    document.documentElement.classList.remove("sn-projector");
    bar.hidden = true;
    help.close();
    const address = new URL(location.href);
    address.searchParams.delete(MODE);
    history.replaceState(history.state, "", address);
    if (document.fullscreenElement) document.exitFullscreen();
    (at ? rest[at - 1] : lesson).scrollIntoView({ behavior: "instant" });
    start.focus({ preventScroll: true });
  }

  /** Scrolls by a screen; where nothing is left, goes on. A presenter's remote control sends these keys. */
  function page(direction) {
    const { scrollTop, clientHeight, scrollHeight } = document.documentElement;
    const left = direction > 0 ? scrollHeight - clientHeight - scrollTop : scrollTop;
    if (left < 2) show(at + direction);
    else scrollBy({ top: direction * 0.85 * (clientHeight - bar.offsetHeight), behavior: "instant" });
  }

  function openAnswers() {
    const folds = partsOf(at)
      .flatMap((part) => [...part.querySelectorAll("details")])
      .filter((e) => !e.closest(".sn"));
    const open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
  }

  const toggleHelp = () => (help.open ? help.close() : help.showModal());
  const toggleScreen = () =>
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  const ACTIONS = {
    ArrowRight: () => show(at + 1),
    n: () => show(at + 1),
    ArrowLeft: () => show(at - 1),
    p: () => show(at - 1),
    PageDown: () => page(1),
    PageUp: () => page(-1),
    o: openAnswers,
    f: toggleScreen,
    Escape: () => (help.open ? help.close() : leave()),
    "?": toggleHelp,
  };

  document.addEventListener("keydown", (event) => {
    const action = Object.hasOwn(ACTIONS, event.key) && ACTIONS[event.key];
    if (!isOn() || !action || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    // Fields and panels have their own use for all keys but Escape.
    const place = event.target instanceof Element && event.target.closest("input, select, textarea, [data-panel], .sn");
    if (place && event.key !== "Escape") return;
    if (help.open && event.key !== "Escape" && event.key !== "?") return;
    event.preventDefault();
    action();
  });
  bar.addEventListener("click", ({ target }) => {
    const key = target instanceof HTMLElement && target.dataset.key;
    if (key) ACTIONS[key]();
  });
  start.addEventListener("click", () => enter(0));
  addEventListener("resize", fitExercises);

  const linked = new URL(location.href);
  if (linked.searchParams.has(MODE)) {
    const index = rest.findIndex((section) => section.id && `#${section.id}` === linked.hash);
    enter(index + 1);
  }
})();
