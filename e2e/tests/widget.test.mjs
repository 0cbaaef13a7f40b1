// The script that shops embed: its documented API, options, events and errors, in a shop's page of our own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { leave, open } from "../pages.mjs";
import { fill, serve, settled, token } from "../server.mjs";

const SHOP = `<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1>
<button id="first" data-xpaystation-widget-open><span id="inside">Buy</span></button>
<button id="second" data-xpaystation-widget-open>Buy too</button>
<script src="/embed/paystation/1.0.7/widget.min.js"></script></body></html>`;
let browser, server;

before(async () => {
  browser = await launch();
  server = await serve();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A shop's page that notes every event of the widget in `window.seen`. */
async function shop(options = {}) {
  const opened = await open(browser, server.url, options);
  await opened.context.route("**/shop", (route) => route.fulfill({ contentType: "text/html", body: SHOP }));
  await opened.page.goto(`${server.url}/shop`);
  await opened.page.evaluate(() => {
    window.seen = [];
    const types = Object.values(window.XPayStationWidget.eventTypes).join(" ");
    window.XPayStationWidget.on(types, (event, data) => window.seen.push([event.type, data]));
  });
  return opened;
}

async function frameOf(page) {
  const handle = await page.waitForSelector(".xpaystation-widget-lightbox-content-iframe");
  return handle.contentFrame();
}

const thrown = (page, options) =>
  page.evaluate((o) => {
    try {
      window.XPayStationWidget.init(o);
      window.XPayStationWidget.open();
      return "nothing";
    } catch (error) {
      return error.message;
    }
  }, options);

test("what is wrong is said, and does not stop the next try", async () => {
  const { page, done } = await shop();
  const before = await page.evaluate(() => {
    try {
      window.XPayStationWidget.open();
      return "nothing";
    } catch (error) {
      return error.message;
    }
  });
  assert.match(before, /Initialize widget before opening/);
  assert.match(await thrown(page, {}), /No access token or access data or payment URL given/);
  assert.match(await thrown(page, { access_data: "text" }), /Invalid access data format/);
  assert.match(await thrown(page, { access_token: "x", host: 7 }), /Invalid host/);
  assert.equal(await thrown(page, { access_token: await token(server.url) }), "nothing");
  await (await frameOf(page)).waitForSelector("[data-test=pay]");
  await done();
});

test("the events come in the documented order, with the documented data", async () => {
  const { page, done } = await shop();
  await page.evaluate((access_token) => window.XPayStationWidget.init({ access_token }), await token(server.url));
  // A click on what is inside the button counts, too.
  await page.click("#inside");
  const frame = await frameOf(page);
  await fill(frame, "4111111111111111");
  await settled(frame, "done");
  await page.waitForFunction(() => window.seen.some(([type]) => type === "status-done"));
  await page.evaluate(() => window.XPayStationWidget.close());
  await page.waitForFunction(() => window.seen.some(([type]) => type === "close-lightbox"));
  const seen = await page.evaluate(() => window.seen);
  const order = seen.map(([type]) => type).filter((type) => !/user-country|fcp/.test(type));
  const wanted = ["init", "open", "open-lightbox", "load", "status", "status-done", "close", "close-lightbox"];
  const positions = wanted.map((type) => order.lastIndexOf(type));
  assert.deepEqual(positions, [...positions].sort((a, b) => a - b), order.join());
  assert.ok(!positions.includes(-1), order.join());
  const [, data] = seen.find(([type]) => type === "status-done");
  assert.equal(data.paymentInfo.status, "done");
  assert.equal(typeof data.paymentInfo.invoice, "number");
  assert.equal(data.paymentInfo.userId, "1234567");
  assert.equal(data.paymentInfo.email, "email@example.com");
  await done();
});

test("it closes by the overlay and by Escape, and opens again; modal does neither", async () => {
  const { page, done } = await shop();
  const access_token = await token(server.url);
  await page.evaluate((t) => window.XPayStationWidget.init({ access_token: t, lightbox: { width: "700px" } }), access_token);
  await page.click("#second");
  await (await frameOf(page)).waitForSelector("[data-test=pay]");
  await page.mouse.click(5, 5);
  await page.waitForSelector(".xpaystation-widget-lightbox", { state: "detached" });
  await page.click("#first");
  // The focus is in the frame: the payment page passes the key on.
  await (await frameOf(page)).click("[data-test=method-card]");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".xpaystation-widget-lightbox", { state: "detached" });
  await page.evaluate((t) => window.XPayStationWidget.init({ access_token: t, lightbox: { modal: true } }), access_token);
  await page.click("#first");
  const frame = await frameOf(page);
  await frame.click("[data-test=method-card]");
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  assert.equal(await page.locator(".xpaystation-widget-lightbox").count(), 1);
  assert.equal(await frame.locator("[data-test=pay]").count(), 1);
  await done();
});

test("payment_url is taken as it is, and messages go both ways", async () => {
  const { page, done } = await shop();
  const payment_url = `${server.url}/paystation4/?token=${await token(server.url)}&sdk=test`;
  await page.evaluate((url) => {
    window.heard = [];
    window.XPayStationWidget.init({ payment_url: url });
    window.XPayStationWidget.onMessage("dimensions", (...data) => window.heard.push(data.length));
    window.XPayStationWidget.open();
  }, payment_url);
  const frame = await frameOf(page);
  await frame.waitForSelector("[data-test=pay]");
  assert.equal(await page.getAttribute(".xpaystation-widget-lightbox-content-iframe", "src"), payment_url);
  await page.waitForFunction(() => window.heard.length > 0);
  await page.evaluate(() => window.XPayStationWidget.sendMessage("set-data", { settings: { payment_method: 24 } }));
  await frame.waitForSelector("#method-24:checked", { state: "attached" });
  await done();
});

// The whole of a journey: what the shop's page hears from the button to the close.
const JOURNEY = ["init", "open", null, "load", "status", "status-troubled", "status", "status-done", "close", null];
const heard = (seen) => seen.map(([type]) => type).filter((type) => !/user-country|fcp|status-(invoice|delivering)/.test(type));

/** Asserts that `wanted` came in this order, whatever came between. */
function inOrder(seen, wanted) {
  let at = -1;
  for (const type of wanted) {
    const next = seen.indexOf(type, at + 1);
    assert.ok(next > at, `${type} did not come after ${seen[at] ?? "the beginning"}: ${seen.join()}`);
    at = next;
  }
}

/** Declined once, confirmed at the bank the second time, and closed with the page's own button. */
async function pay(pane) {
  await fill(pane, "4000000000000002");
  await settled(pane, "troubled");
  await pane.click("[data-test=retry]");
  await fill(pane, "4000000000000010");
  await pane.click("[data-test='3ds-approve']");
  await settled(pane, "done");
}

test("a lightbox, from a declined card over the bank to the close, and again", async () => {
  const { page, done } = await shop();
  const access_token = await token(server.url);
  await page.evaluate((t) => window.XPayStationWidget.init({ access_token: t }), access_token);
  await page.click("#first");
  await pay(await frameOf(page));
  await page.waitForFunction(() => window.seen.some(([type]) => type === "status-done"));
  await (await frameOf(page)).click("[data-close]");
  await page.waitForSelector(".xpaystation-widget-lightbox", { state: "detached" });
  const seen = heard(await page.evaluate(() => window.seen));
  inOrder(seen, JOURNEY.map((type, i) => type ?? (i < 5 ? "open-lightbox" : "close-lightbox")));
  assert.equal(seen.filter((type) => type === "close-lightbox").length, 1, seen.join());
  // It opens once more, and the page says how the payment stands.
  await page.click("#first");
  await settled(await frameOf(page), "done");
  await done();
});

test("a window on a telephone, from a declined card over the bank to the close, and again", async () => {
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1";
  const { page, done } = await shop({ userAgent, viewport: { width: 390, height: 844 } });
  const access_token = await token(server.url);
  await page.evaluate((t) => window.XPayStationWidget.init({ access_token: t }), access_token);
  const [child] = await Promise.all([page.waitForEvent("popup"), page.click("#first")]);
  await pay(child);
  await page.waitForFunction(() => window.seen.some(([type]) => type === "status-done"));
  await leave(child);
  await page.waitForFunction(() => window.seen.some(([type]) => type === "close-window"));
  const seen = heard(await page.evaluate(() => window.seen));
  inOrder(seen, JOURNEY.map((type, i) => type ?? (i < 5 ? "open-window" : "close-window")));
  assert.equal(seen.filter((type) => type === "close-window").length, 1, seen.join());
  const [again] = await Promise.all([page.waitForEvent("popup"), page.click("#first")]);
  await settled(again, "done");
  // The shop's page may close it as well.
  await Promise.all([again.waitForEvent("close"), page.evaluate(() => window.XPayStationWidget.close())]);
  await page.waitForFunction(() => window.seen.filter(([type]) => type === "close-window").length === 2);
  await done();
});
