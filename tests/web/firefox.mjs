// Uses pages of the site in Firefox through WebDriver BiDi and prints the results: node firefox.mjs FIREFOX ADDRESS...
import puppeteer from "puppeteer-core";

const [executablePath, ...addresses] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });

async function use(address) {
  const page = await browser.newPage();
  const seen = { asked: [], said: [], params: [], tabs: 0 };
  page.on("request", (request) => seen.asked.push(request.url()));
  page.on("console", (message) => seen.said.push([message.type(), message.text()]));
  page.on("pageerror", (error) => seen.said.push(["error", String(error)]));
  const params = async () =>
    seen.params.push(await page.$eval("[data-figure=params] small", (each) => each.textContent));
  const press = async (selector, key) => {
    await page.focus(selector);
    await page.keyboard.press(key);
    await params();
  };

  await page.goto(address);
  await page.waitForFunction(() => document.body.dataset.live === "done", { timeout: 60_000 });
  await params();
  await press("input[type=range][aria-label=Ratio]", "ArrowLeft");
  await page.keyboard.down("Control");
  await page.keyboard.press("z");
  await page.keyboard.up("Control");
  await params();
  for (const tab of await page.$$("[role=tab]")) {
    await tab.click();
    seen.tabs += await page.$$eval("[role=tab][aria-selected=true]", (tabs) => tabs.length);
  }
  await page.close();
  return seen;
}

const pages = [];
for (const address of addresses) pages.push(await use(address));
process.stdout.write(JSON.stringify(pages));
await browser.close();
