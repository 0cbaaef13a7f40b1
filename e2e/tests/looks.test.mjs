// What a token says of the looks of the page, seen by a browser.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { DESKTOP, accessible, open } from "../pages.mjs";
import { fill, game, serve, settled, token } from "../server.mjs";

const PHONE = { width: 390, height: 844 };
const LIGHT = "63295a9a2e47fab76f7708e1";
const DARK = "63295aab2e47fab76f7708e3";
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
const box = (page, selector) => page.locator(selector).first().boundingBox();

test("sizes are those that are documented", async () => {
  for (const [size, width, height] of [["small", 620, 630], ["medium", 740, 760], ["large", 820, 840]]) {
    const { page, done } = await open(browser, server.url, { viewport: { width: 1280, height: 1000 } });
    await page.goto(await entry({ ui: { size } }));
    const shell = await box(page, ".shell");
    assert.equal(Math.round(shell.width), width, size);
    assert.ok(shell.height >= height, `${size} is ${shell.height} pixels high`);
    assert.deepEqual(await page.evaluate(() => [document.body.dataset.width, document.body.dataset.height]), [`${width}`, `${height}`]);
    await done();
  }
});

test("all four names of themes, and none", async () => {
  const colours = {};
  for (const theme of ["default", LIGHT, "dark", DARK]) {
    const { page, done } = await open(browser, server.url);
    await page.goto(await entry({ ui: { theme } }));
    colours[theme] = await page.evaluate(() => getComputedStyle(document.querySelector(".main")).getPropertyValue("--surface").trim());
    await done();
  }
  assert.equal(colours.default, colours[LIGHT]);
  assert.equal(colours.dark, colours[DARK]);
  assert.notEqual(colours.default, colours.dark);
  for (const colorScheme of ["light", "dark"]) {
    const { page, done } = await open(browser, server.url, { colorScheme });
    await page.goto(await entry({}));
    const surface = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--surface").trim());
    assert.equal(surface, colours[colorScheme === "dark" ? "dark" : "default"]);
    await done();
  }
});

test("a telephone's page is one column on a desktop, and its end can be taken away", async () => {
  const { page, done } = await open(browser, server.url);
  const mobile = { footer: { is_visible: false }, header: { close_button: true } };
  await page.goto(await entry({ return_url: "https://game.example/", ui: { version: "mobile", mobile } }));
  const [side, main] = [await box(page, ".side"), await box(page, ".main")];
  assert.ok(main.y >= side.y + side.height - 1, "the form is below the purchase");
  assert.ok(main.width <= 480, `${main.width} pixels wide`);
  assert.equal(await page.locator("[data-foot]").count(), 0);
  assert.equal(new URL(await page.getAttribute("[data-close]", "href")).search, "?user_id=1234567&invoice_id=");
  assert.ok(await page.isVisible("[data-close]"));
  await done();
});

test("without a version the end goes on narrow screens only", async () => {
  for (const [viewport, seen] of [[PHONE, false], [DESKTOP, true]]) {
    const { page, done } = await open(browser, server.url, { viewport });
    await page.goto(await entry({ ui: { mobile: { footer: { is_visible: false } } } }));
    assert.equal(await page.isVisible("[data-foot]"), seen);
    await done();
  }
});

test("groups stand beside the items, or above them; items in rows, or in cards", async () => {
  const top = async (settings, viewport) => {
    const { page, done } = await open(browser, server.url, { viewport });
    await page.goto(await entry(settings, { purchase: {} }));
    const [groups, list] = [await box(page, ".groups"), await box(page, ".offers")];
    const [first, second] = [await box(page, ".offer >> nth=0"), await box(page, ".offer >> nth=1")];
    await done();
    return { beside: groups.x + groups.width <= list.x, cards: second.x >= first.x + first.width - 1 };
  };
  assert.deepEqual(await top({}, DESKTOP), { beside: true, cards: false });
  assert.deepEqual(await top({}, PHONE), { beside: false, cards: false });
  const desktop = { virtual_items_list: { view: "horizontal_navigation" }, virtual_item_list: { layout: "grid" } };
  assert.deepEqual(await top({ ui: { desktop } }, DESKTOP), { beside: false, cards: true });
  assert.deepEqual(await top({ ui: { desktop } }, PHONE), { beside: false, cards: true });
});

test("only what is saved pays, and a card that is typed does not", async () => {
  const { page, done } = await open(browser, server.url);
  await page.goto(await entry({ ui: { mode: "saved_accounts" } }));
  assert.equal(await page.locator("label.method").count(), 1);
  assert.equal(await page.locator("[name=card_number]").count(), 0);
  await page.click("[data-test=pay]");
  await settled(page, "done");
  await done();
});

test("somebody else is paid for, and gets the purchase", async () => {
  receiver.told.length = 0;
  const { page, done } = await open(browser, server.url);
  const user = { id: { value: "1234567", allow_modify: true }, phone: { value: "4930123456", allow_modify: true } };
  await page.goto(await entry({}, { user }));
  await page.fill("[name=user_id]", "");
  await page.fill("[name=user_phone]", "none");
  await fill(page, "4111111111111111");
  await page.waitForSelector("#user_id-error:not(:empty)");
  await accessible(page, "fields");
  await page.fill("[name=user_id]", "7654321");
  await page.fill("[name=user_phone]", "+49 30 987654");
  await page.click("[data-test=pay]");
  await settled(page, "done");
  const [told] = receiver.of("payment");
  assert.deepEqual([told.user.id, told.user.phone], ["7654321", "4930987654"]);
  await done();
});

test("the page leads back by itself after the seconds it shows", async () => {
  const { page, done } = await open(browser, server.url);
  await page.route("**/back?**", (route) => route.fulfill({ contentType: "text/html", body: "<html lang=en><title>Back</title><p id=back>Back</p>" }));
  const redirect_policy = { redirect_conditions: "successful", delay: 1, redirect_button_caption: "On to the stars" };
  await page.goto(await entry({ return_url: `${server.url}/back?a=1`, redirect_policy, external_id: "order/1" }));
  await fill(page, "4111111111111111");
  await settled(page, "done");
  assert.equal((await page.textContent("[data-test=return]")).trim(), "On to the stars");
  await page.waitForSelector("#back");
  const query = new URL(page.url()).searchParams;
  assert.deepEqual([query.get("a"), query.get("user_id"), query.get("foreigninvoice"), query.get("status")], ["1", "1234567", "order/1", "done"]);
  await done();
});

const SHOP = {
  desktop: {
    virtual_item_list: { layout: "grid", button_with_price: true },
    virtual_currency_list: { description: "Gems open every door of the station.", button_with_price: true },
    subscription_list: { layout: "grid", description: "Members fly further.", display_local_price: true },
  },
};
const PAGES = {
  bare: [{ payment_widget: "giftcard", ui: { desktop: { header: { is_visible: false } } } }, {}],
  compact: [{ return_url: "https://game.example/", ui: { desktop: { header: { type: "compact", close_button: true } } } }, {}],
  mobile: [{ ui: { version: "mobile", mode: "saved_accounts" } }, {}],
  items: [{ ui: SHOP }, { purchase: {} }],
  gems: [{ ui: { ...SHOP, components: { virtual_currency: { order: 0, custom_amount: false } } } }, { purchase: {} }],
  plans: [{ ui: { ...SHOP, components: { subscriptions: { order: 0 } } } }, { purchase: {}, user: { id: { value: "p" }, country: { value: "DE" } } }],
};
for (const theme of [LIGHT, DARK]) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    test(`each look can be read, ${theme}, ${size}`, async () => {
      for (const [name, [settings, rest]] of Object.entries(PAGES)) {
        const { page, done } = await open(browser, server.url, { viewport, reducedMotion: "reduce" });
        await page.goto(await entry({ ...settings, ui: { theme, ...settings.ui } }, rest));
        await accessible(page, name);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
        await page.screenshot({ path: `out/look-${name}-${theme}-${size}.png`, fullPage: true });
        await done();
      }
    });
  }
}
