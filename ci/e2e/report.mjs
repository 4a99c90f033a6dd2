// Opens an HTML report in Debian's Chromium, as a reader would, and says what is wrong with it.
//
// In: path of a report (and, optionally, of more). Out: exit code 0 or 1, one line per check, screenshots in ci/out.
// It never touches the network: any request beyond the file itself is a failure.

import { mkdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../out");
mkdirSync(out, { recursive: true });

const files = process.argv.slice(2).map((path) => resolve(path));
if (files.length === 0) {
  console.error("usage: node report.mjs REPORT.html…");
  process.exit(2);
}

let failures = 0;
function check(name, ok, detail = "") {
  console.log(`${ok ? "ok  " : "FAIL"} ${name}${ok || !detail ? "" : `: ${detail}`}`);
  if (!ok) failures += 1;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

// A page that remembers whatever it said or asked for.
async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const heard = { console: [], requests: [], dialogs: 0 };
  page.on("console", (message) => heard.console.push(`${message.type()} ${message.text()}`));
  page.on("pageerror", (error) => heard.console.push(`error ${error}`));
  page.on("request", (request) => heard.requests.push(request.url()));
  page.on("dialog", (dialog) => { heard.dialogs += 1; dialog.dismiss(); });
  await page.goto(pathToFileURL(path).href, { waitUntil: "load" });
  return { context, page, heard };
}

function quiet(name, path, heard) {
  const own = pathToFileURL(path).href;
  const strange = heard.requests.filter((url) => url.split("#")[0] !== own);
  check(`${name}: nothing on the console`, heard.console.length === 0, heard.console.join(" | "));
  check(`${name}: no request beyond the file`, strange.length === 0, strange.join(" "));
  check(`${name}: no dialog`, heard.dialogs === 0);
}

// A picture of the page's first part: nobody looks further down, and a very tall one would outgrow the report.
async function picture(name, kind, page) {
  const size = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight }));
  const clip = { x: 0, y: 0, width: size.width, height: Math.min(size.height, 5000) };
  await page.screenshot({ path: resolve(out, `${name}-${kind}.png`), fullPage: true, clip });
}

// The element that the keyboard reached, and whether a sighted reader can tell.
const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  return {
    tag: at.tagName, name: at.getAttribute("aria-labelledby") ?? "", text: at.textContent.trim().slice(0, 60),
    inVerdicts: Boolean(at.closest("section[aria-labelledby=verdicts]")) || at.getAttribute("aria-labelledby") === "verdicts-caption",
    visible: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
});

async function keyboard(name, page) {
  const stops = [];
  let hidden = "";
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press("Tab");
    const stop = await focused(page);
    stops.push(stop);
    if (!stop.visible) hidden = stop.text;
    if (stop.inVerdicts && stop.tag === "A") break;
  }
  check(`${name}: the first stop skips to the content`, stops[0].text === "Skip to main content", stops[0].text);
  check(`${name}: the verdict table is reached`, stops.some((stop) => stop.name === "verdicts-caption"));
  check(`${name}: a service in it is reached`, stops.some((stop) => stop.inVerdicts && stop.tag === "A"));
  check(`${name}: focus can be seen at every stop`, hidden === "", hidden);
  await page.keyboard.press("Enter");
  const target = await page.evaluate(() => location.hash);
  check(`${name}: a service leads to its reasons`, /^#service-\d+$/.test(target), target);
}

async function semantics(name, page) {
  const found = await page.evaluate(() => {
    const tables = [...document.querySelectorAll("table")];
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    const dead = [...document.querySelectorAll('a[href^="#"]')].filter((a) => !document.getElementById(a.hash.slice(1)));
    const levels = [...document.querySelectorAll("h1,h2,h3,h4")].map((h) => Number(h.tagName[1]));
    return {
      bare: tables.filter((table) => !table.caption || [...table.querySelectorAll("th")].some((th) => !th.scope)).length,
      twice: ids.filter((id, at) => ids.indexOf(id) !== at),
      dead: dead.map((a) => a.hash),
      elsewhere: [...document.querySelectorAll("a")].filter((a) => !a.getAttribute("href").startsWith("#")).length,
      acts: document.querySelectorAll("script,img,iframe,object,embed,form,link,[onerror],[onload],[style]").length,
      jumps: levels.some((level, at) => at > 0 && level > levels[at - 1] + 1),
      h1: levels.filter((level) => level === 1).length,
      landmarks: ["header", "main", "footer"].every((tag) => document.querySelector(tag)),
      unlabelled: [...document.querySelectorAll("[aria-labelledby]")].filter((e) => !document.getElementById(e.getAttribute("aria-labelledby"))).length,
      words: [...document.querySelectorAll("section[aria-labelledby=verdicts] .tag")].every((tag) => /^(Blocked|At risk|Clear|Not shown)$/.test(tag.textContent.trim()) && tag.querySelector("svg")),
    };
  });
  check(`${name}: every table has a caption and scoped headers`, found.bare === 0);
  check(`${name}: every id is one of a kind`, found.twice.length === 0, found.twice.join(" "));
  check(`${name}: every link leads to a place on the page`, found.dead.length + found.elsewhere === 0, found.dead.join(" "));
  check(`${name}: nothing acts, loads or is styled in place`, found.acts === 0);
  check(`${name}: one main heading and no level skipped`, found.h1 === 1 && !found.jumps);
  check(`${name}: landmarks and labels are there`, found.landmarks && found.unlabelled === 0);
  check(`${name}: a verdict is a word and a shape`, found.words);
}

// WCAG 2.2 contrast of every piece of text against what is painted behind it.
async function contrast(name, page) {
  const poor = await page.evaluate(() => {
    const parse = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const light = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
        if (a > 0) return [r, g, b];
      }
      return [255, 255, 255];
    };
    const poor = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (!texts.currentNode.textContent.trim() || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const [a, b] = [light(parse(style.color)), light(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) poor.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
    }
    return [...poor];
  });
  check(`${name}: contrast is at least 4.5 to 1`, poor.length === 0, poor.slice(0, 5).join("; "));
}

async function narrow(name, page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  const widths = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, view: document.documentElement.clientWidth }));
  check(`${name}: no horizontal scroll`, widths.page <= widths.view, `${widths.page} in ${widths.view}`);
}

for (const file of files) {
  const name = basename(file).replace(/\.html$/, "");
  let { context, page, heard } = await open(file);
  await picture(name, "desktop", page);
  await semantics(name, page);
  await contrast(`${name}, light`, page);
  await keyboard(name, page);
  quiet(name, file, heard);
  await page.pdf({ path: resolve(out, `${name}-print.pdf`), format: "A4", pageRanges: "1-2" });
  await context.close();

  ({ context, page, heard } = await open(file, { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 }));
  await picture(name, "360", page);
  await narrow(`${name}, 360 px`, page);
  quiet(`${name}, 360 px`, file, heard);
  await context.close();

  ({ context, page, heard } = await open(file, { colorScheme: "dark" }));
  await picture(name, "dark", page);
  await contrast(`${name}, dark`, page);
  await context.close();

  ({ context, page, heard } = await open(file, { javaScriptEnabled: false, viewport: { width: 1280, height: 900 } }));
  const closed = page.locator("details:not([open])").last();
  if (await closed.count()) {
    const folded = page.locator("details").last();
    await folded.locator("summary").first().click();
    check(`${name}, no JavaScript: a folded part opens`, (await folded.getAttribute("open")) !== null);
  }
  check(`${name}, no JavaScript: the verdicts are there`, await page.locator("#verdicts-caption").isVisible());
  quiet(`${name}, no JavaScript`, file, heard);
  await context.close();
}

await browser.close();
console.log(failures === 0 ? "all checks passed" : `${failures} checks failed`);
process.exit(failures === 0 ? 0 : 1);
