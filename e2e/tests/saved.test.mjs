// Cards that are kept for the next time, and what is paid again and again with them.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { accessible, open } from "../pages.mjs";
import { fill, game, serve, settled, token } from "../server.mjs";

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

// A player for each test: the demo's own has a card already.
const entry = async (user, rest = {}) =>
  `${server.url}/paystation2/?access_token=${await token(server.url, {}, { user: { id: { value: user } }, ...rest })}`;

const email = (page) => page.fill("[name=email]", "email@example.com");

async function save(page, user) {
  await page.goto(await entry(user));
  assert.equal(await page.locator("[data-test^=saved-]").count(), 0, "somebody else's card is offered");
  await email(page);
  await page.check("[data-test=save]");
  await fill(page, "4111111111111111");
  await settled(page, "done");
}

test("a saved card is offered first, chosen, and pays without its number", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await save(page, "keeps");
  await page.goto(await entry("keeps"));
  const choices = await page.$$eval("label.method", (all) => all.map((one) => one.dataset.test));
  assert.equal(choices[0], "saved-card");
  assert.ok(choices.includes("method-card"), "another card can still be used");
  assert.match(await page.textContent("[data-test=saved-card]"), /1111/);
  assert.equal(await page.isChecked("input.takes-saved"), true);
  assert.equal(await page.isVisible("[name=card_number]"), false);
  assert.equal(await page.isVisible("[data-test=save]"), false);
  await email(page);
  await page.click("[data-test=pay]");
  await settled(page, "done");
  assert.equal(receiver.of("payment").length, 2);
  await done();
});

test("whoever does not ask for it has no card saved, and may take another card than the saved one", async () => {
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry("forgets"));
  await email(page);
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await save(page, "forgets");
  await page.goto(await entry("forgets"));
  await page.click("[data-test=method-card]");
  await email(page);
  await fill(page, "5555555555554444");
  await settled(page, "done");
  await done();
});

test("a saved card without JavaScript", async () => {
  const { page, done } = await open(browser, server.url, { javaScriptEnabled: false });
  await save(page, "plain");
  await page.goto(await entry("plain"));
  await email(page);
  await page.click("[data-test=pay]");
  await settled(page, "done");
  await done();
});

test("a subscription begins, and says that the card is charged again", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry("pilot", { purchase: { subscription: { plan_id: "pilot_monthly" } } }));
  assert.equal(await page.locator("[data-test=save]").count(), 0, "the card of a subscription is saved anyhow");
  assert.match(await page.textContent("[data-test=later]"), /4\.99/);
  await accessible(page, "subscription");
  await page.screenshot({ path: "out/subscription.png", fullPage: true });
  await email(page);
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await page.screenshot({ path: "out/subscription-done.png", fullPage: true });
  assert.equal(receiver.of("create_subscription").length, 1);
  assert.equal(receiver.of("payment").length, 0, "the trial costs nothing");
  // The card of the subscription is there for the next purchase.
  await page.goto(await entry("pilot"));
  assert.equal(await page.isChecked("input.takes-saved"), true);
  await done();
});

for (const width of [1280, 390]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the page with a saved card, ${width} pixels, ${colorScheme}`, async () => {
      const viewport = { width, height: 844 };
      const options = { viewport, colorScheme, reducedMotion: "reduce" };
      const { page, done } = await open(browser, server.url, options);
      await save(page, `looks-${width}-${colorScheme}`);
      await page.goto(await entry(`looks-${width}-${colorScheme}`));
      await accessible(page, "saved");
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      await page.screenshot({ path: `out/saved-${width}-${colorScheme}.png`, fullPage: true });
      await done();
    });
  }
}
