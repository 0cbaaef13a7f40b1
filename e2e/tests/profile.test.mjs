// The player's account on the payment page.
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

const page_of = async (user, settings, purchase) =>
  `${server.url}/paystation2/?access_token=${await token(server.url, settings, { user: { id: { value: user }, email: { value: "email@example.com" } }, purchase })}`;
const account = (user, ui = {}) => page_of(user, { ui: { mode: "user_account", ...ui } }, {});

test("a subscription is canceled and a card deleted, and the game is told", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(await page_of("leaver", {}, { subscription: { plan_id: "pilot_monthly" } }));
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await page.goto(await page_of("leaver", {}, { checkout: { currency: "USD", amount: 5 }, description: { value: "A hat" } }));
  await page.click("[data-test=pay]");
  await settled(page, "done");
  await page.goto(await account("leaver"));
  await page.click("[data-test=account-history]");
  assert.match(await page.textContent("[data-test=past]"), /A hat.*\$5\.00/s);
  await page.click("[data-test=account-subscriptions]");
  await page.click("[data-test=cancel]");
  // It was a trial, of which nothing is paid.
  await page.waitForSelector("[data-test=subscription]:has-text('Over')");
  assert.equal(receiver.of("cancel_subscription").length, 1);
  assert.equal(await page.locator("[data-test=cancel]").count(), 0);
  await page.click("[data-test=account-payment_accounts]");
  await page.click("[data-test=forget]");
  await page.waitForSelector("[data-test=account-empty]");
  // The next purchase asks for a card again.
  await page.goto(await page_of("leaver", {}, { checkout: { currency: "USD", amount: 5 } }));
  assert.equal(await page.locator("[data-test^=saved-]").count(), 0);
  await done();
});

test("the account works without JavaScript", async () => {
  const { page, done } = await open(browser, server.url, { javaScriptEnabled: false });
  await page.goto(await page_of("plain", {}, { checkout: { currency: "USD", amount: 5 } }));
  await page.check("[data-test=save]");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await page.goto(await account("plain"));
  await page.click("[data-test=account-payment_accounts]");
  await page.click("[data-test=forget]");
  await page.waitForSelector("[data-test=account-empty]");
  await done();
});

for (const theme of ["default", "dark"]) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP, tv: TV })) {
    test(`the account, ${theme}, ${size}`, async () => {
      const { page, done } = await open(browser, server.url, { viewport, reducedMotion: "reduce" });
      // The demo's own player has a history.
      await page.goto(await account("1234567", { theme }));
      for (const name of ["info", "history", "payment_accounts", "subscriptions"]) {
        await page.click(`[data-test=account-${name}]`);
        await page.waitForSelector(`[data-test=account-${name}][aria-current]`);
        await accessible(page, name);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
        await page.screenshot({ path: `out/account-${name}-${theme}-${size}.png`, fullPage: true });
      }
      await done();
    });
  }
}
