// A token that names nothing opens a shop inside the page.
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

const entry = async (user, settings = {}) =>
  `${server.url}/paystation2/?access_token=${await token(server.url, settings, { user: { id: { value: user }, email: { value: "email@example.com" } }, purchase: {} })}`;

test("an item in a promotion is chosen, paid, and told", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  const components = { virtual_items: { selected_item: "hull_kestrel" } };
  await page.goto(await entry("buyer", { ui: { components } }));
  const first = page.locator("[data-test=offers] a").first();
  assert.equal(await first.getAttribute("data-test"), "offer-hull_kestrel");
  assert.equal(await first.locator("s").count(), 1, "the price without the promotion is struck");
  const price = (await first.locator(".offer-price").textContent()).split(" ").pop();
  await first.click();
  await page.waitForSelector("[data-test=pay]");
  assert.ok((await page.textContent("[data-test=pay]")).includes(price), "the page asks for what the shop said");
  await page.click("[data-test=to-shop] >> nth=0");
  await page.waitForSelector("[data-test=offers]");
  await page.click("[data-test=offer-hull_kestrel]");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  const [told] = receiver.of("payment");
  assert.equal(told.purchase.virtual_items.items[0].sku, "hull_kestrel");
  await done();
});

test("any amount of virtual currency, and a package", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry("rich"));
  await page.click("[data-test=tab-currency]");
  await page.fill("[name=amount]", "333");
  await page.click("[data-test=amount-buy]");
  assert.match(await page.textContent("[data-test=pay]"), /3\.33/);
  await fill(page, "4111111111111111");
  await settled(page, "done");
  assert.equal(receiver.of("payment")[0].purchase.virtual_currency.quantity, 333);
  await page.goto(await entry("rich"));
  await page.click("[data-test=tab-currency]");
  await page.click("[data-test=offer-50000]");
  assert.match(await page.textContent("[data-test=pay]"), /4\.99/);
  await done();
});

test("a plan", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry("member"));
  await page.click("[data-test=tab-plans]");
  await page.click("[data-test=offer-pilot_monthly]");
  await page.waitForSelector("[data-test=later]");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  assert.equal(receiver.of("create_subscription").length, 1);
  await done();
});

test("a coupon that cannot be used says so, and one can go on", async () => {
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry("coupons"));
  await page.locator("[data-test=offers] a").first().click();
  await page.click("[data-test=coupon]");
  await page.fill("[name=coupon]", "NOTHING");
  await page.click("[data-test=coupon-use]");
  await page.waitForSelector("#coupon-error:not(:empty)");
  await accessible(page, "coupon");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await done();
});

test("the shop works without JavaScript", async () => {
  const { page, done } = await open(browser, server.url, { javaScriptEnabled: false });
  await page.goto(await entry("plain"));
  await page.locator("[data-test=group]").last().click();
  await page.locator("[data-test=offers] a").first().click();
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await done();
});

test("the shop is small", async () => {
  const { page, context, done } = await open(browser, server.url);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  await page.goto(await entry("light"), { waitUntil: "networkidle" });
  assert.ok(bytes > 1_000 && bytes < 60_000, `${bytes} bytes`);
  await done();
});

for (const theme of ["default", "63295aab2e47fab76f7708e3"]) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP, tv: TV })) {
    test(`the shop, ${theme}, ${size}`, async () => {
      const { page, done } = await open(browser, server.url, { viewport, reducedMotion: "reduce" });
      await page.goto(await entry("looks", { ui: { theme, license_url: "https://game.example/licence" } }));
      for (const tab of ["items", "currency", "plans"]) {
        await page.click(`[data-test=tab-${tab}]`);
        await page.waitForSelector(`[data-test=tab-${tab}][aria-current]`);
        await accessible(page, tab);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${tab} is ${overflow} pixels too wide`);
        await page.screenshot({ path: `out/shop-${tab}-${theme}-${size}.png`, fullPage: true });
      }
      await page.click("[data-test=tab-items]");
      await page.locator("[data-test=offers] a").first().click();
      await accessible(page, "chosen");
      await page.screenshot({ path: `out/shop-chosen-${theme}-${size}.png`, fullPage: true });
      await done();
    });
  }
}
