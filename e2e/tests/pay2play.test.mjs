// A game sold by key from the studio's own site, which is another origin: with what the browser says alone, and with a
// token of the studio's server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { DESKTOP, PHONE, accessible } from "../pages.mjs";
import { DEMO, fill, game, serve, settled, token } from "../server.mjs";

const STARFALL = { pin_codes: { codes: [{ digital_content: "starfall" }] } };
const ACCESS_DATA = { settings: { project_id: DEMO.project, mode: "sandbox" }, purchase: STARFALL };
let browser, server, receiver, site;

// The example of the documentation, with the address of this server.
const html = (options) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Starfall</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Starfall</h1><div id="widget-example-element"></div></main><script>
var options = ${JSON.stringify(options)};
var s = document.createElement('script');
s.type = "text/javascript";
s.async = true;
s.src = "${server.url}/embed/pay2play/2.1.0/widget.min.js";
s.addEventListener('load', function (e) {
  window.widgetInstance = XPay2PlayWidget.create(options);
  window.seen = [];
  widgetInstance.on(Object.values(XPay2PlayWidget.eventTypes).join(' '), function (event) { window.seen.push(event.type); });
}, false);
document.getElementsByTagName('head')[0].appendChild(s);
</script></body></html>`;

before(async () => {
  [browser, receiver] = await Promise.all([launch(), game()]);
  server = await serve("--webhook-url", receiver.url);
  await mkdir("out", { recursive: true });
  let shown = "";
  const http = createServer((request, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(shown));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  site = {
    url: `http://127.0.0.1:${http.address().port}/`,
    show: (options) => (shown = html({ target_element: "#widget-example-element", ...options })),
    stop: () => new Promise((resolve) => http.close(resolve)),
  };
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await receiver?.stop();
  await site?.stop();
});

async function visit(options, context = {}) {
  site.show(options);
  const page = await browser.newPage({ viewport: DESKTOP, ...context });
  const warned = [];
  page.on("console", (message) => warned.push(message.text()));
  page.on("pageerror", (error) => assert.fail(`script: ${error}`));
  await page.goto(site.url);
  return { page, warned };
}

/** The newest letter to an address, once it is there. The page must be one of the server's own. */
async function mailed(page, address) {
  const letter = await page.waitForFunction(async (to) => {
    const { letters } = await (await fetch("/demo/mail.json")).json();
    return letters.find((l) => l.to === to);
  }, address);
  return letter.jsonValue();
}

/** Presses the button and gives the payment page in the lightbox. */
async function buy(page) {
  await page.click(".xpay2play-widget-button");
  const frame = await (await page.waitForSelector(".xpaystation-widget-lightbox-content-iframe")).contentFrame();
  await frame.waitForSelector("[data-test=pay]");
  return frame;
}

test("simple integration: a place is chosen, the key is on the page and the webhook names it", async () => {
  receiver.told.length = 0;
  const { page } = await visit({ access_data: ACCESS_DATA, theme: { foreground: "green", background: "light" } });
  await page.waitForSelector(".xpay2play-widget-button");
  assert.equal(await page.textContent(".xpay2play-widget-title"), "Starfall");
  assert.equal(await page.textContent(".xpay2play-widget-button"), "Buy from $22.99");
  assert.equal(await page.textContent(".xpay2play-widget-drm"), "Steam · GOG");
  await accessible(page, "widget");
  await page.screenshot({ path: "out/pay2play.png" });
  const frame = await buy(page);
  assert.match(await frame.textContent("[data-test=pay]"), /24\.99/);
  await accessible(frame, "places");
  await page.screenshot({ path: "out/pay2play-places.png" });
  await frame.click("[data-test=drm-gog]");
  await frame.waitForSelector("[data-test=drm-gog][aria-current]");
  assert.match(await frame.textContent("[data-test=pay]"), /22\.99/);
  assert.equal(await frame.locator("[data-test^=saved-]").count(), 0, "somebody's saved cards are shown to a guest");
  assert.equal(await frame.locator("[data-test=save]").count(), 0, "a guest saves nothing");
  // The key has to go somewhere.
  await fill(frame, "4111111111111111");
  await frame.waitForSelector("[name=email][aria-invalid=true]");
  await frame.fill("[name=email]", "guest@example.com");
  await frame.click("[data-test=pay]");
  await settled(frame, "done");
  const facts = await frame.textContent(".facts");
  assert.match(facts, /GOG-0001-DEMO/);
  await page.screenshot({ path: "out/pay2play-key.png" });
  const [told] = receiver.of("payment");
  assert.match(told.user.id, /^guest:/);
  assert.deepEqual(told.purchase.pin_codes, [{ digital_content: "starfall", drm: "gog", currency: "USD", amount: 22.99 }]);
  await page.waitForFunction(() => window.seen.includes("status-done"));
  // And in the mail.
  await page.goto(`${server.url}/demo/mail`);
  const letter = await mailed(page, "guest@example.com");
  assert.equal(letter.subject, "Your purchase from Starfall");
  assert.match(letter.text, /Key for Starfall \(GOG\): GOG-0001-DEMO/);
  await page.reload();
  await accessible(page, "mail");
  await page.screenshot({ path: "out/mail.png" });
  await page.close();
});

test("advanced integration: the studio's token knows the player, and the place", async () => {
  receiver.told.length = 0;
  const purchase = { pin_codes: { codes: [{ digital_content: "starfall", drm: "steam" }] } };
  const access_token = await token(server.url, {}, { purchase });
  const { page } = await visit({ access_token, sandbox: true, theme: { foreground: "gold", background: "dark" } });
  await page.waitForSelector(".xpay2play-widget-button");
  assert.equal(await page.textContent(".xpay2play-widget-button"), "Buy $24.99");
  await page.screenshot({ path: "out/pay2play-dark.png" });
  const frame = await buy(page);
  assert.equal(await frame.locator(".places").count(), 0, "the token says where");
  await fill(frame, "5555555555554444");
  await settled(frame, "done");
  assert.match(await frame.textContent(".facts"), /STEAM-0001-DEMO/);
  const [told] = receiver.of("payment");
  assert.equal(told.user.id, DEMO.user);
  assert.equal(told.purchase.pin_codes[0].drm, "steam");
  await page.close();
});

test("what cannot be sold shows the documented code", async () => {
  const other = { ...ACCESS_DATA, purchase: { pin_codes: { codes: [{ digital_content: "nothing" }] } } };
  const { page, warned } = await visit({ access_data: other });
  await page.waitForSelector(".xpay2play-widget-error");
  assert.equal(await page.textContent(".xpay2play-widget-error"), "(0010-0001)");
  assert.ok(warned.some((text) => text.startsWith("XsollaPay2PlayWidget 00100001 ")), `${warned}`);
  await page.close();
  const wrong = await visit({ access_token: "wrong" });
  await wrong.page.waitForSelector(".xpay2play-widget-error");
  assert.equal(await wrong.page.textContent(".xpay2play-widget-error"), "(0004-0001)");
  await wrong.page.close();
});

test("wrong options are refused in the documented words", async () => {
  const { page } = await visit({ access_data: ACCESS_DATA });
  await page.waitForSelector(".xpay2play-widget-button");
  const refusals = await page.evaluate((data) => {
    const said = (options) => {
      try {
        window.XPay2PlayWidget.create(options);
        return "nothing";
      } catch (e) {
        return e.message;
      }
    };
    return [
      said({ target_element: "body" }),
      said({ access_data: "x", target_element: "body" }),
      said({ access_data: data }),
      said({ access_data: data, target_element: "#nowhere" }),
      said({ access_data: data, target_element: "body", host: 7 }),
    ];
  }, ACCESS_DATA);
  assert.deepEqual(refusals, [
    "No access token or access data given",
    "Invalid access data format",
    "No target element given",
    "Target element doesn't exist in the DOM",
    "Invalid host",
  ]);
  assert.equal(await page.evaluate(() => typeof window.XPayStationWidget), "undefined", "it brings its own, for itself");
  await page.close();
});

test("on a phone, in both themes, nothing is too wide", async () => {
  for (const background of ["light", "dark"]) {
    const { page } = await visit({ access_data: ACCESS_DATA, theme: { background } }, { viewport: PHONE });
    await page.waitForSelector(".xpay2play-widget-button");
    await accessible(page, `widget, ${background}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await page.screenshot({ path: `out/pay2play-phone-${background}.png` });
    const url = `${server.url}/paystation2/?access_data=${encodeURIComponent(JSON.stringify({ ...ACCESS_DATA, settings: { ...ACCESS_DATA.settings, ui: { theme: background === "dark" ? "dark" : "default" } } }))}`;
    await page.goto(url);
    await page.waitForSelector(".places");
    await accessible(page, `places, ${background}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await page.screenshot({ path: `out/pay2play-page-${background}.png`, fullPage: true });
    await page.close();
  }
});

test("a purchase without JavaScript, to another place", async () => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${server.url}/paystation2/?access_data=${encodeURIComponent(JSON.stringify(ACCESS_DATA))}`);
  await page.click("[data-test=drm-gog]");
  await page.fill("[name=email]", "guest@example.com");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  assert.match(await page.textContent(".facts"), /GOG-/);
  await page.close();
});
