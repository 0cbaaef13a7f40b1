// However a player presses, reloads, goes back or loses the answer: charged once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { open } from "../pages.mjs";
import { fill, game, serve, settled, token } from "../server.mjs";

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

async function paidOnce(how) {
  receiver.told.length = 0;
  const { page, context, done } = await open(browser, server.url);
  const address = `${server.url}/paystation2/?access_token=${await token(server.url)}`;
  await page.goto(address);
  await how(page, context, address);
  await page.goto(address);
  await settled(page, "done");
  assert.equal(receiver.of("payment").length, 1);
  await done();
}

test("twenty clicks", () =>
  paidOnce(async (page) => {
    await page.click("[data-test=method-card]");
    await page.fill("[name=card_number]", "4111111111111111");
    await page.fill("[name=card_expiry]", "12/40");
    await page.fill("[name=card_cvv]", "123");
    await page.evaluate(() => {
      for (let i = 0; i < 20; i += 1) document.querySelector("[data-test=pay]").click();
    });
    await settled(page, "done");
  }));

test("twenty submits past the script", () =>
  paidOnce(async (page) => {
    await page.evaluate(async () => {
      const form = new FormData(document.querySelector("form"));
      form.set("method", "1380");
      form.set("card_number", "4111111111111111");
      form.set("card_expiry", "12/40");
      form.set("card_cvv", "123");
      const body = new URLSearchParams(form).toString();
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const send = () => fetch("/paystation2/pay", { method: "POST", headers, body });
      await Promise.all(Array.from({ length: 20 }, send));
    });
  }));

test("a reload of the status page", () =>
  paidOnce(async (page) => {
    await fill(page, "4111111111111111");
    await settled(page, "done");
    await page.reload();
    await settled(page, "done");
  }));

test("the back button", () =>
  paidOnce(async (page) => {
    await fill(page, "4111111111111111");
    await settled(page, "done");
    await page.goBack();
    await settled(page, "done");
  }));

test("two tabs", () =>
  paidOnce(async (page, context, address) => {
    const second = await context.newPage();
    await second.goto(address);
    await fill(page, "4111111111111111");
    await fill(second, "5555555555554444");
    await settled(page, "done");
    await settled(second, "done");
  }));

test("a lost answer", () =>
  paidOnce(async (page, context) => {
    // The server gets the request; the browser never gets the answer.
    await page.route("**/paystation2/pay", async (route) => {
      await route.fetch({ maxRedirects: 0 });
      await route.abort("connectionreset");
    });
    await fill(page, "4111111111111111");
    await page.waitForSelector("[data-problem]:not([hidden])");
    await page.unroute("**/paystation2/pay");
    await page.click("[data-test=pay]");
    await settled(page, "done");
  }));
