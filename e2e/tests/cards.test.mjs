// Every documented test card, on a phone and on a desktop, from token to webhook.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { DESKTOP, PHONE, open } from "../pages.mjs";
import { fill, game, serve, settled, token } from "../server.mjs";

const CARDS = [
  { number: "4111111111111111", bank: false, ends: "done" },
  { number: "5555555555554444", bank: false, ends: "done" },
  { number: "4000000000000010", bank: true, ends: "done" },
  { number: "5200000000000114", bank: true, ends: "done" },
  { number: "6759649826438453", bank: true, ends: "done" },
  { number: "4111111111111152", bank: true, ends: "done" },
  { number: "4423610000000007", bank: true, ends: "done" },
  { number: "4000000000000002", bank: false, ends: "troubled" },
  { number: "5200000000000007", bank: false, ends: "troubled" },
  { number: "4000000000000036", bank: true, ends: "troubled" },
  { number: "5200000000000031", bank: true, ends: "troubled" },
];

let browser, server, receiver;

before(async () => {
  [browser, receiver] = await Promise.all([launch(), game()]);
  server = await serve("--webhook-url", receiver.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await receiver?.stop();
});

for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
  for (const card of CARDS) {
    test(`${card.number} on a ${size} ends ${card.ends}`, async () => {
      receiver.told.length = 0;
      const { page, done } = await open(browser, server.url, { viewport });
      await page.goto(`${server.url}/paystation2/?access_token=${await token(server.url)}`);
      await page.click("[data-test=method-card]");
      await fill(page, card.number);
      if (card.bank) await page.click("[data-test='3ds-approve']");
      await settled(page, card.ends);
      assert.ok(receiver.told.every((message) => message.signed));
      assert.ok(receiver.of("user_validation").length >= 2);
      assert.equal(receiver.of("payment").length, card.ends === "done" ? 1 : 0);
      await done();
    });
  }
}

test("declining at the bank ends troubled, and another card may be tried", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(`${server.url}/paystation2/?access_token=${await token(server.url)}`);
  await fill(page, "4000000000000010");
  await page.click("[data-test='3ds-decline']");
  await settled(page, "troubled");
  await page.click("[data-test=retry]");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  assert.equal(receiver.of("payment").length, 1);
  await done();
});

test("every other method succeeds in the sandbox", async () => {
  const { page, done } = await open(browser, server.url);
  await page.goto(`${server.url}/paystation2/?access_token=${await token(server.url)}`);
  const methods = await page.$$eval("[data-test^=method-]", (all) => all.map((one) => one.dataset.test));
  assert.ok(methods.length >= 3, methods.join());
  for (const method of methods.filter((name) => name !== "method-card")) {
    await page.goto(`${server.url}/paystation2/?access_token=${await token(server.url)}`);
    await page.click(`[data-test=${method}]`);
    await page.click("[data-test=pay]");
    await settled(page, "done");
  }
  await done();
});

test("a number that is no test card is refused, with the reason beside it", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  await page.goto(`${server.url}/paystation2/?access_token=${await token(server.url)}`);
  await fill(page, "4999999999999996");
  await page.waitForSelector("[name=card_number][aria-invalid=true]");
  assert.equal(receiver.of("payment").length, 0);
  await done();
});
