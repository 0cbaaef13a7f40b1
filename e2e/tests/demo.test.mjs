// The demo page: Buy opens the payment page in our widget, and the webhooks appear below.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { PHONE, accessible, leave, open } from "../pages.mjs";
import { fill, serve, settled } from "../server.mjs";

const PHONE_BROWSER =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36";
let browser, server;

before(async () => {
  browser = await launch();
  server = await serve();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const balance = (page, wanted) =>
  page.waitForFunction((n) => document.querySelector("[data-test=gems]").textContent.replace(/\D/g, "") === n, `${wanted}`);
const gems = async (page) => {
  await page.waitForFunction(() => /\d/.test(document.querySelector("[data-test=gems]").textContent));
  return Number((await page.textContent("[data-test=gems]")).replace(/\D/g, ""));
};

test("a first purchase in the lightbox, with the events of the widget, and its refund", async () => {
  const { page, done } = await open(browser, server.url);
  await page.goto(`${server.url}/demo`);
  // What the payment page shows of the same player, too.
  const had = await gems(page);
  assert.equal(had, 1600);
  await page.evaluate(() => {
    window.seen = [];
    const types = Object.values(window.XPayStationWidget.eventTypes);
    window.XPayStationWidget.on(types.join(" "), (event) => window.seen.push(event.type));
  });
  await page.click("[data-test=buy-1]");
  const handle = await page.waitForSelector(".xpaystation-widget-lightbox-content-iframe");
  const frame = await handle.contentFrame();
  await frame.waitForSelector("[data-test=pay]");
  await accessible(frame, "lightbox");
  await page.screenshot({ path: "out/lightbox-desktop.png" });
  await frame.click("[data-test=method-card]");
  await frame.fill("[name=zip]", "90210");
  await fill(frame, "4111111111111111");
  await settled(frame, "done");
  await page.waitForFunction(() => window.seen.includes("status-done"));
  await page.keyboard.press("Escape");
  await page.waitForSelector(".xpaystation-widget-lightbox", { state: "detached" });
  const seen = await page.evaluate(() => window.seen);
  for (const type of ["open", "open-lightbox", "load", "status", "status-done", "close", "close-lightbox"]) {
    assert.ok(seen.includes(type), `${type} in ${seen}`);
  }
  assert.ok(seen.indexOf("status-done") < seen.indexOf("close"));
  await balance(page, had + 1200);
  await page.waitForFunction(() => document.querySelectorAll("[data-log] .entry").length >= 3);
  assert.match(await page.textContent("[data-log]"), /user_validation/);
  page.on("dialog", (dialog) => dialog.accept());
  await page.click("[data-log] .refund:not([hidden])");
  await page.waitForFunction(() => /refund/.test(document.querySelector("[data-log]").textContent));
  await balance(page, had);
  await done();
});

test("a purchase in the lightbox on a phone, with the bank", async () => {
  const { page, done } = await open(browser, server.url, { viewport: PHONE, userAgent: PHONE_BROWSER });
  await page.goto(`${server.url}/demo`);
  const wanted = (await gems(page)) + 500;
  await page.click("[data-test=buy-0]");
  const handle = await page.waitForSelector(".xpaystation-widget-lightbox-content-iframe");
  const frame = await handle.contentFrame();
  await frame.waitForSelector("[data-test=pay]");
  await page.screenshot({ path: "out/lightbox-phone.png" });
  await frame.click("[data-test=method-card]");
  await frame.fill("[name=zip]", "90210");
  await fill(frame, "4000000000000010");
  await frame.click("[data-test='3ds-approve']");
  await settled(frame, "done");
  await frame.click("[data-close]");
  await page.waitForSelector(".xpaystation-widget-lightbox", { state: "detached" });
  await balance(page, wanted);
  await done();
});

test("without iframeOnly a phone gets a window of its own, and the page is told what happens there", async () => {
  const { page, context, done } = await open(browser, server.url, { viewport: PHONE, userAgent: PHONE_BROWSER });
  await page.goto(`${server.url}/demo`);
  const wanted = (await gems(page)) + 500;
  await page.evaluate(async () => {
    const body = new URLSearchParams({ offer: 0, country: "DE" }).toString();
    const headers = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" };
    const { token } = await (await fetch("/demo/buy", { method: "POST", headers, body })).json();
    window.seen = [];
    window.XPayStationWidget.on("open-window status-done close-window", (event) => window.seen.push(event.type));
    window.XPayStationWidget.init({ access_token: token, sandbox: true });
    document.querySelector("h1").setAttribute("data-xpaystation-widget-open", "");
  });
  const [popup] = await Promise.all([context.waitForEvent("page"), page.click("h1")]);
  await popup.waitForSelector("[data-test=pay]");
  await fill(popup, "5555555555554444");
  await settled(popup, "done");
  await balance(page, wanted);
  await leave(popup);
  await page.waitForFunction(() => window.seen.includes("close-window"));
  assert.deepEqual(await page.evaluate(() => window.seen), ["open-window", "status-done", "close-window"]);
  await done();
});

test("Buy works without JavaScript", async () => {
  const { page, done } = await open(browser, server.url, { javaScriptEnabled: false });
  await page.goto(`${server.url}/demo`);
  await page.click("[data-test=buy-0]");
  await page.click("[data-test=method-card]");
  await page.fill("[name=zip]", "90210");
  await fill(page, "5555555555554444");
  await settled(page, "done");
  await done();
});
