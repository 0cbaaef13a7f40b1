// Where a player pays from, and in which currency: by address, by choice, and where the game says it.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { PHONE, accessible, open } from "../pages.mjs";
import { DEMO, call, fill, game, serve, settled, token } from "../server.mjs";

let browser, server, receiver;

before(async () => {
  [browser, receiver] = await Promise.all([launch(), game()]);
  server = await serve("--behind-proxy", "--webhook-url", receiver.url);
  await mkdir("out", { recursive: true });
  const item = { sku: "lantern", name: { en: "Lantern" }, prices: { USD: 4.99, EUR: 4.79 }, default_currency: "USD" };
  const made = await call(server.url, "POST", `/merchant/v2/projects/${DEMO.project}/virtual_items/items`, item);
  assert.equal(made.status, 201);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await receiver?.stop();
});

const LANTERN = { virtual_items: { items: [{ sku: "lantern", amount: 1 }] } };
const entry = async (country, settings = {}, purchase = LANTERN) =>
  `${server.url}/paystation2/?access_token=${await token(server.url, settings, { purchase, user: { id: { value: DEMO.user }, email: { value: "email@example.com" }, ...(country && { country }) } })}`;
/** A browser whose requests come from an address. */
const from = (address, options = {}) =>
  open(browser, server.url, { extraHTTPHeaders: { "X-Forwarded-For": address }, ...options });
const NOWHERE = "203.0.113.7";
const BERLIN = "141.20.1.1";
const total = async (page) => (await page.textContent(".sum-total dd")).trim();

for (const javaScriptEnabled of [true, false]) {
  test(`country and currency are chosen, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
    receiver.told.length = 0;
    const { page, done } = await from(NOWHERE, { javaScriptEnabled, viewport: PHONE });
    await page.goto(await entry());
    assert.equal((await page.textContent("[data-test=region]")).trim(), "Choose your country · USD");
    assert.equal(await total(page), "$4.99");
    await page.click("[data-test=region]");
    if (javaScriptEnabled) {
      await accessible(page, "region");
      await page.screenshot({ path: "out/region.png", fullPage: true });
    }
    assert.ok((await page.locator("#country option").count()) > 240);
    await page.selectOption("#country", "DE");
    await page.click("[data-test=region-apply]");
    assert.equal((await page.textContent("[data-test=region]")).trim(), "Germany · EUR");
    await page.click("[data-test=region]");
    assert.equal(await page.inputValue("#country"), "DE");
    assert.deepEqual(await page.$$eval("#currency option", (all) => all.map((one) => one.value)), ["", "EUR", "USD"]);
    await page.selectOption("#currency", "USD");
    await page.click("[data-test=region-apply]");
    assert.equal(await total(page), "$4.99");
    await page.click("[data-test=region]");
    assert.equal(await page.inputValue("#currency"), "USD");
    await page.selectOption("#currency", "EUR");
    await page.click("[data-test=region-apply]");
    assert.equal(await total(page), "€4.79");
    assert.match(await page.textContent(".sum-tax"), /19%/);
    // The language changes, the choice does not.
    await page.click("[data-test=languages] summary");
    await page.click("[data-test=languages] button[value=de]");
    await page.waitForSelector("html[lang=de]");
    assert.equal((await page.textContent("[data-test=region]")).trim(), "Deutschland · EUR");
    await fill(page, "4111111111111111");
    await settled(page, "done");
    assert.equal(await page.locator("[data-test=region]").count(), 0);
    const [told] = receiver.of("payment");
    assert.deepEqual(told.purchase.total, { currency: "EUR", amount: 4.79 });
    assert.equal(told.user.country, "DE");
    assert.equal(told.payment_details.vat.percent, 19);
    await done();
  });
}

test("the country of an address, which the player may change only where the game allows it", async () => {
  const { page, done } = await from(BERLIN);
  await page.goto(await entry());
  assert.equal(await total(page), "€4.79");
  // The currency is still the player's to choose.
  await page.click("[data-test=region]");
  assert.equal(await page.locator("#country").count(), 0);
  await page.selectOption("#currency", "USD");
  await page.click("[data-test=region-apply]");
  assert.equal((await page.textContent("[data-test=region]")).trim(), "Germany · USD");
  await page.goto(`${await entry()}&country=US`);
  assert.match(await page.textContent("[data-test=region]"), /Germany/, "what nobody may choose was chosen");
  await page.goto(`${await entry({ value: "FR", allow_modify: true })}&country=US`);
  assert.equal((await page.textContent("[data-test=region]")).trim(), "United States · USD");
  assert.equal(await page.locator("[name=zip]").count(), 1, "the postal code follows the country");
  await done();
});

test("where the game says country and currency, there is nothing to choose", async () => {
  const { page, done } = await from(NOWHERE);
  const plain = { checkout: { currency: "USD", amount: 5 }, description: { value: "A hat" } };
  for (const url of [await entry({ value: "DE" }, { currency: "EUR" }), await entry({ value: "DE" }, {}, plain)]) {
    await page.goto(`${url}&country=ZZ&currency=nothing`);
    assert.match(await page.textContent("span[data-test=region]"), /Germany/);
    await page.goto(url.replace("/?", "/region?"));
    await page.waitForSelector("[data-test=pay]");
  }
  await done();
});

test("the shop shows what is sold in the chosen currency", async () => {
  const { page, done } = await from(NOWHERE);
  await page.goto(await entry(undefined, {}, {}));
  await page.click("[data-test=region]");
  await page.selectOption("#country", "DE");
  await page.click("[data-test=region-apply]");
  const groups = await page.locator("[data-test=group]").count();
  for (let i = 0; i < groups && !(await page.locator("[data-test=offer-lantern]").count()); i += 1) {
    await page.locator("[data-test=group]").nth(i).click();
  }
  assert.match(await page.textContent("[data-test=offer-lantern] .offer-price"), /€4\.79/);
  await page.click("[data-test=offer-lantern]");
  assert.equal(await total(page), "€4.79");
  await page.click("[data-test=to-shop] >> nth=0");
  await page.waitForSelector("[data-test=offers]");
  assert.match(await page.textContent("[data-test=region]"), /Germany · EUR/);
  await done();
});

test("countries and currencies that there are not", async () => {
  const { page, done } = await from(NOWHERE);
  const url = await entry();
  for (const [query, code] of [["country=ZZ", "1035"], ["currency=EURO", "1000-0003"]]) {
    const answer = await page.goto(`${url}&${query}`);
    assert.equal(answer.status(), 422);
    assert.equal(await page.getAttribute("[data-test=error]", "data-code"), code);
    await page.click("main .button");
    await page.waitForSelector("[data-test=pay]");
  }
  await done();
});
