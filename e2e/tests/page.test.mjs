// What the page promises to everyone: small, without JavaScript, by keyboard, for screen readers, in both themes,
// from 320 pixels to a television.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { DESKTOP, PHONE, accessible, open } from "../pages.mjs";
import { fill, game, serve, settled, token } from "../server.mjs";

const TV = { width: 1920, height: 1080 };
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

test("the whole page is below 50 kB as it is transferred", async () => {
  const { page, context, done } = await open(browser, server.url);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  await page.goto(await entry(), { waitUntil: "networkidle" });
  assert.ok(bytes > 1_000 && bytes < 50_000, `${bytes} bytes`);
  await done();
});

test("a purchase without JavaScript, with the bank", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url, { javaScriptEnabled: false });
  await page.goto(await entry());
  await fill(page, "4000000000000010", { cvv: "1" });
  assert.equal(await page.locator("[name=card_cvv][aria-invalid=true]").count(), 1);
  assert.equal(await page.inputValue("[name=card_number]"), "", "a card number comes back");
  await fill(page, "4000000000000010");
  await page.click("[data-test='3ds-approve']");
  await settled(page, "done");
  assert.equal(receiver.of("payment").length, 1);
  await done();
});

test("a purchase by keyboard alone", async () => {
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry());
  // Tab until a control has the focus, as someone without a mouse does.
  const reach = async (selector) => {
    for (let i = 0; i < 40; i += 1) {
      if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${selector} cannot be reached with Tab`);
  };
  await reach("[name=method]");
  // Arrows go from the saved card, which is chosen first, to a new one.
  while (!(await page.evaluate(() => document.activeElement.value === "1380"))) await page.keyboard.press("ArrowDown");
  await reach("[name=card_number]");
  await page.keyboard.type("4111111111111111");
  await reach("[name=card_expiry]");
  await page.keyboard.type("1240");
  await reach("[name=card_cvv]");
  await page.keyboard.type("123");
  await reach("[data-test=pay]");
  await page.keyboard.press("Enter");
  await settled(page, "done");
  await done();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP, tv: TV })) {
    test(`every page is accessible, ${colorScheme}, ${size}`, async () => {
      const { page, done } = await open(browser, server.url, { viewport, colorScheme, reducedMotion: "reduce" });
      const look = async (name) => {
        await accessible(page, name);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
        await page.screenshot({ path: `out/${name}-${colorScheme}-${size}.png`, fullPage: true });
      };
      await page.goto(await entry({ return_url: "https://game.example/" }));
      await look("form");
      await page.click("[data-test=method-card]");
      await page.click("[data-test=pay]");
      await page.waitForSelector("[aria-invalid=true]");
      await look("form-errors");
      await fill(page, "4000000000000036");
      await page.waitForSelector("[data-test='3ds-approve']");
      await look("bank");
      await page.click("[data-test='3ds-approve']");
      await settled(page, "troubled");
      await look("troubled");
      await page.click("[data-test=retry]");
      await fill(page, "4111111111111111");
      await settled(page, "done");
      await look("done");
      await page.goto((await page.getAttribute("[data-test=receipt]", "href")).replace(/^\//, `${server.url}/`));
      await look("receipt");
      await page.goto(`${server.url}/paystation2/?access_token=wrong`);
      await look("error");
      await page.goto(`${server.url}/demo`);
      await look("demo");
      await done();
    });
  }
}

test("a phone of 320 pixels", async () => {
  const { page, done } = await open(browser, server.url, { viewport: { width: 320, height: 568 } });
  await page.goto(await entry({}, { user: { id: { value: "1" }, country: { value: "US" } } }));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await done();
});

test("taxes: added in the US, included in Germany", async () => {
  const { page, done } = await open(browser, server.url);
  const total = async (country) => {
    await page.goto(await entry({}, { user: { id: { value: "1" }, country: { value: country } } }));
    return (await page.textContent("[data-test=pay]")).trim();
  };
  assert.match(await total("US"), /10\.88/);
  assert.match(await total("DE"), /9\.99/);
  await done();
});

test("the way back to the game carries what the game needs to know", async () => {
  const { page, done } = await open(browser, server.url);
  const settings = { external_id: "ext 7", return_url: `${server.url}/demo?from=pay#top` };
  await page.goto(await entry(settings));
  await fill(page, "4111111111111111");
  await settled(page, "done");
  const { invoice } = await page.evaluate(async () =>
    (await fetch(location.href.replace("/status?", "/status.json?"))).json(),
  );
  await page.click("[data-test=return]");
  await page.waitForURL(/\/demo\?/);
  const url = new URL(page.url());
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    from: "pay",
    user_id: "1234567",
    foreigninvoice: "ext 7",
    invoice_id: String(invoice),
    status: "done",
  });
  assert.equal(url.hash, "#top");
  await done();
});

test("the page goes back by itself when the game asks for it", async () => {
  const { page, done } = await open(browser, server.url);
  const redirect_policy = { redirect_conditions: "successful", delay: 0 };
  await page.goto(await entry({ return_url: `${server.url}/demo`, redirect_policy }));
  await fill(page, "4111111111111111");
  await page.waitForURL(/\/demo\?.*status=done/);
  await done();
});

test("a player the game refuses, and a game that is down", async () => {
  const { page, done } = await open(browser, server.url);
  receiver.answers.user_validation = 400;
  await page.goto(await entry());
  assert.match(await page.textContent("main"), /2205/);
  receiver.answers.user_validation = 500;
  await page.goto(await entry());
  assert.match(await page.textContent("main"), /2207/);
  delete receiver.answers.user_validation;
  await done();
});

test("names that look like code are shown as text", async () => {
  const { page, done } = await open(browser, server.url);
  const evil = `<img src=x onerror="document.title='owned'">`;
  const user = { id: { value: evil, hidden: false }, name: { value: evil, hidden: false } };
  const purchase = { checkout: { currency: "USD", amount: 1 }, description: { value: evil } };
  await page.goto(await entry({}, { user, purchase }));
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.notEqual(await page.title(), "owned");
  await done();
});
