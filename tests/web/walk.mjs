// Walks lessons of the site from top to bottom, as a student does, and prints as JSON what each step led to:
// node walk.mjs chrome|firefox EXECUTABLE < {ADDRESS: {EXERCISE: ANSWER}}
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const [kind, executablePath] = process.argv.slice(2);
const args = kind === "chrome" ? ["--no-sandbox"] : [];
const browser = await puppeteer.launch({ browser: kind, executablePath, headless: true, args });

// What there is to do on a page, in its order: folded answers, and panels.
const STEPS = ".bd-article :is(details:not([data-panel] *), [data-panel])";

/** Each returns the text in which the panel's answer is seen; `press` clicks a button or tab by its name. */
const USES = {
  exercise: async (panel, press, answers) => {
    const field = await panel.$("input, select");
    const answer = answers[await panel.evaluate((e) => e.dataset.name)];
    if (await panel.$("select")) await field.select(answer);
    else await field.type(answer);
    await press("Check");
    return ".sn-reply b";
  },
  drawing: async (panel, press) => {
    await press("Open in the Explorer");
    return USES.explorer(panel);
  },
  explorer: async (panel) => {
    await (await panel.waitForSelector("input[type=range][aria-label=Ratio]")).press("ArrowLeft");
    return "[data-part=said]";
  },
  trainer: async (_, press) => {
    await press("Play recording");
    return "[data-part=said]";
  },
  sweep: async (_, press) => {
    await press("Play recording");
    return "[data-part=progress]";
  },
  gates: async (_, press) => {
    await press("Which classes?");
    return "[data-part=said]";
  },
};

/** Open what is folded, and return what is seen then. */
async function unfold(details) {
  await (await details.$("summary")).click();
  return details.evaluate((e) => (e.open && e.checkVisibility() ? e.innerText : ""));
}

/** Use a panel, and return what it shows when that has changed. */
async function use(panel, answers) {
  const { panel: name } = await panel.evaluate((e) => ({ ...e.dataset }));
  const shown = (place) => panel.$eval(place, (e) => e.textContent.trim()).catch(() => "");
  const before = Object.fromEntries(
    await Promise.all([".sn-reply b", "[data-part=said]", "[data-part=progress]"].map(async (e) => [e, await shown(e)])),
  );
  const press = async (words) =>
    (await panel.waitForSelector(`::-p-xpath(.//*[self::button or @role="tab"][normalize-space()="${words}"])`)).click();
  const place = await USES[name](panel, press, answers);
  for (let wait = 0; wait < 200; wait++) {
    const now = await shown(place);
    if (now && now !== before[place]) return [name, now];
    await new Promise((done) => setTimeout(done, 50));
  }
  return [name, ""];
}

// One tab for all lessons, as a student has: its process has compiled Python at the first one.
const page = await browser.newPage();
await page.setViewport({ width: 1280, height: 720 });
let seen;
page.on("request", (request) => seen.asked.push(request.url()));
page.on("console", (message) => seen.said.push([message.type(), message.text()]));
page.on("pageerror", (error) => seen.said.push(["error", String(error)]));

/** Walk one lesson. */
async function walk(address, answers) {
  seen = { asked: [], said: [], steps: [] };
  await page.goto(address);
  await page.waitForFunction(() => document.body.dataset.live === "done", { timeout: 60_000 });
  for (const step of await page.$$(STEPS)) {
    const folded = await step.evaluate((e) => e.matches("details"));
    seen.steps.push(folded ? ["details", await unfold(step)] : await use(step, answers));
  }
  return seen;
}

const lessons = {};
for (const [address, answers] of Object.entries(JSON.parse(readFileSync(0, "utf8"))))
  lessons[address] = await walk(address, answers);
process.stdout.write(JSON.stringify(lessons));
await browser.close();
