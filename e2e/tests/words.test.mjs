// The page in every language: from right to left as well, with long words and with none.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { accessible, open } from "../pages.mjs";
import { fill, game, serve, settled, token } from "../server.mjs";
import { tour } from "../tour.mjs";

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const LANGUAGES = {
  ar: "ar", bg: "bg", cn: "zh-CN", cs: "cs", de: "de", en: "en", es: "es", fr: "fr", he: "he", id: "id", it: "it",
  ja: "ja", ko: "ko", nl: "nl", pl: "pl", pt: "pt-BR", ro: "ro", ru: "ru", th: "th", tr: "tr", tw: "zh-TW", vi: "vi",
};
let browser, server, receiver;

before(async () => {
  [browser, receiver] = await Promise.all([launch(), game()]);
  server = await serve("--webhook-url", receiver.url);
  await mkdir("out", { recursive: true });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await receiver?.stop();
});

const entry = async (settings, rest) =>
  `${server.url}/paystation2/?access_token=${await token(server.url, settings, rest)}`;

async function fits(page, what) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${what} is ${overflow} pixels too wide`);
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`a purchase in each language, ${size}`, async () => {
    const { page, done } = await open(browser, server.url, { viewport });
    for (const [language, lang] of Object.entries(LANGUAGES)) {
      await page.goto(await entry({ language }));
      assert.equal(await page.getAttribute("html", "lang"), lang);
      assert.equal(await page.getAttribute("html", "dir"), ["ar", "he"].includes(language) ? "rtl" : "ltr");
      await page.click("[data-test=method-card]");
      await fits(page, language);
      await page.screenshot({ path: `out/words-${language}-${size}.png`, fullPage: true });
      if (size === "desktop") continue;
      await fill(page, "4111111111111111");
      await settled(page, "done");
      await fits(page, `${language} done`);
    }
    await done();
  });
}

for (const [language, theme, size] of [
  ["ar", "default", "phone"],
  ["ar", "dark", "phone"],
  ["ar", "default", "desktop"],
  ["ar", "dark", "desktop"],
  ["de", "default", "desktop"],
  ["de", "dark", "phone"],
]) {
  test(`every page in ${language}, ${theme}, ${size}`, async () => {
    const { page, done } = await open(browser, server.url, { viewport: SIZES[size], reducedMotion: "reduce" });
    const user = `${language}-${theme}-${size}`;
    await tour(page, { url: server.url, game: receiver, language, ui: { theme }, user }, async (name) => {
      assert.equal(await page.getAttribute("html", "lang"), language, name);
      assert.equal(await page.getAttribute("html", "dir"), language === "de" ? "ltr" : "rtl", name);
      await accessible(page, name);
      await fits(page, name);
      await page.screenshot({ path: `out/words-${language}-${name}-${theme}-${size}.png`, fullPage: true });
    });
    await done();
  });
}

test("what is written from left to right stays so", async () => {
  const { page, done } = await open(browser, server.url, { viewport: SIZES.phone });
  await page.goto(await entry({ language: "ar" }));
  const run = (selector) => page.$eval(selector, (part) => getComputedStyle(part).direction);
  await page.click("[data-test=method-card]");
  for (const name of ["card_number", "card_expiry", "card_cvv"]) assert.equal(await run(`[name=${name}]`), "ltr");
  const price = "\u2066US$\u00a09.99\u2069";
  assert.equal((await page.textContent(".sum-total dd")).trim(), price);
  assert.ok((await page.textContent("[data-test=pay]")).includes(price));
  assert.match(await page.textContent("[data-test=saved-card]"), /\u2066[^\u2069]*1111\u2069/);
  // The purchase stands where the text begins, which is on the right.
  await page.setViewportSize(SIZES.desktop);
  const side = await page.locator(".side").boundingBox();
  const main = await page.locator(".main").boundingBox();
  assert.ok(side.x > main.x, "the purchase is on the wrong side");
  await done();
});

for (const javaScriptEnabled of [true, false]) {
  test(`another language is chosen, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
    const { page, done } = await open(browser, server.url, { javaScriptEnabled });
    // A player who does not have it yet.
    const user = { id: { value: `polyglot-${javaScriptEnabled}` }, email: { value: "email@example.com" } };
    await page.goto(await entry({}, { purchase: {}, user }));
    await page.click("[data-test=offer-hull_kestrel]");
    await page.waitForSelector("[data-test=pay]");
    await page.click("[data-test=languages] summary");
    const names = await page.$$eval("[data-test=languages] button", (all) => all.map((one) => one.textContent));
    assert.equal(names.length, Object.keys(LANGUAGES).length);
    assert.ok(["Deutsch", "العربية", "日本語", "繁體中文"].every((name) => names.includes(name)));
    // Without scripts on the page, none can look at it either.
    if (javaScriptEnabled) {
      await accessible(page, "languages");
      await fits(page, "languages");
    }
    await page.click("[data-test=languages] button[value=he]");
    await page.waitForSelector("html[lang=he][dir=rtl]");
    // What was chosen in the shop is still there, and so is the language on the next page.
    await fill(page, "4111111111111111");
    await page.waitForSelector("html[lang=he] [data-test=status][data-status=done]");
    await done();
  });
}

test("an unknown language: the browser's, else English", async () => {
  const { page, done } = await open(browser, server.url, { locale: "pt-PT" });
  const lang = async (url) => {
    await page.goto(url);
    return page.getAttribute("html", "lang");
  };
  assert.equal(await lang(`${await entry({})}&lang=xx`), "pt-BR");
  assert.equal(await lang(await entry({ language: "ja" })), "ja");
  await done();
  const other = await open(browser, server.url, { locale: "sv-SE" });
  await other.page.goto(`${await entry({})}&lang=xx`);
  assert.equal(await other.page.getAttribute("html", "lang"), "en");
  await other.done();
});
