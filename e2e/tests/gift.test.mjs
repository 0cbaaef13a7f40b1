// What the page asks before paying: who gets it, and where it is sent.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { DESKTOP, accessible, open } from "../pages.mjs";
import { call, fill, game, serve, settled, token, DEMO } from "../server.mjs";

const PHONE = { width: 390, height: 844 };
const LIGHT = "63295a9a2e47fab76f7708e1";
const DARK = "63295aab2e47fab76f7708e3";
const FRIENDS = [{ id: "mira", name: "Mira", email: "mira@example.com" }, { id: "tom", name: "Tom" }];
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

const entry = async (settings, rest) => `${server.url}/paystation2/?access_token=${await token(server.url, settings, rest)}`;
const gift = { message: "Happy birthday", friends: FRIENDS };

test("a friend is chosen, gets the gems, and is told of", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry({}, { purchase: { virtual_currency: { quantity: 500 }, gift } }));
  await page.click("[data-test=friend-tom]");
  await page.click("[data-test=change-gift]");
  await page.fill("[name=friend]", "mir");
  await page.click("[data-test=gift-search]");
  assert.equal(await page.locator("[data-test=friends] button").count(), 1);
  await page.click("[data-test=friend-mira]");
  assert.match(await page.textContent("[data-test=said-gift]"), /Mira/);
  await fill(page, "4111111111111111");
  await settled(page, "done");
  const [told] = receiver.of("payment");
  assert.deepEqual([told.purchase.gift.receiver_id, told.purchase.gift.message], ["mira", "Happy birthday"]);
  const user = await (await call(server.url, "GET", `/merchant/v2/projects/${DEMO.project}/users/mira`)).json();
  assert.ok(user.balance >= 500, `${user.balance} gems`);
  await done();
});

test("the game names friends, is asked for them with a signature, and one gets it", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry({}, { purchase: { checkout: { currency: "USD", amount: 5 }, gift: { message: "x" } } }));
  await page.fill("[name=friend]", "zo");
  await page.click("[data-test=gift-search]");
  assert.equal(await page.locator("[data-test=friends] button").count(), 1);
  await page.click("[data-test=friend-zoe]");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  const asked = receiver.of("friends_list");
  assert.deepEqual(asked.map((a) => [a.query, a.signed]), [["", true], ["zo", true]]);
  assert.equal(receiver.of("payment")[0].purchase.gift.receiver_email, "zoe@example.com");
  await done();
});

test("an address is asked for, checked, and read by the merchant; without JavaScript, too", async () => {
  for (const javaScriptEnabled of [true, false]) {
    receiver.told.length = 0;
    const { page, done } = await open(browser, server.url, { javaScriptEnabled });
    await page.goto(await entry({ shipping_enabled: true }));
    await page.click("[data-test=ship-next]");
    await page.waitForSelector("[data-test=ship-problem]");
    if (javaScriptEnabled) await accessible(page, "address");
    await page.fill("[name=ship_name]", "Ann Example");
    await page.fill("[name=ship_street]", "Am Hang 1");
    await page.fill("[name=ship_zip]", "10115");
    await page.fill("[name=ship_city]", "Berlin");
    await page.selectOption("[name=ship_country]", "DE");
    await page.click("[data-test=ship-next]");
    assert.match(await page.textContent("[data-test=said-address]"), /Am Hang 1, 10115 Berlin, DE/);
    await fill(page, "4111111111111111");
    await settled(page, "done");
    const [told] = receiver.of("payment");
    const path = `/merchant/v2/merchants/${DEMO.merchant}/reports/transactions/${told.transaction.id}/shipping`;
    const address = await (await call(server.url, "GET", path)).json();
    assert.deepEqual([address.name, address.city, address.country], ["Ann Example", "Berlin", "DE"]);
    await done();
  }
});

const PAGES = {
  gift: [{}, { purchase: { virtual_currency: { quantity: 500 }, gift } }],
  friends: [{}, { purchase: { checkout: { currency: "USD", amount: 5 }, gift: { message: "x" } } }],
  address: [{ shipping_enabled: true }, {}],
};
for (const theme of [LIGHT, DARK]) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    test(`each can be read, ${theme}, ${size}`, async () => {
      for (const [name, [settings, rest]] of Object.entries(PAGES)) {
        for (const language of ["en", "ar"]) {
          const { page, done } = await open(browser, server.url, { viewport, reducedMotion: "reduce" });
          await page.goto(await entry({ ...settings, language, ui: { theme } }, rest));
          await accessible(page, `${name} ${language}`);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
          await page.screenshot({ path: `out/${name}-${language}-${theme}-${size}.png`, fullPage: true });
          await done();
        }
      }
    });
  }
}
