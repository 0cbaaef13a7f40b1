// A television and a telephone: two browsers that never saw each other's address.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import jsQR from "jsqr";
import { launch } from "../chromium.mjs";
import { tooNewInScript, tooNewInStyle } from "../old.mjs";
import { DESKTOP, PHONE, accessible, open } from "../pages.mjs";
import { advance, fill, game, serve, settled, token } from "../server.mjs";

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

const fresh = (user, settings = {}) => token(server.url, settings, { user: { id: { value: user } } });
const entry = (access_token) => `${server.url}/paystation2/?access_token=${access_token}&smart_tv=1`;

/** The text of the QR code on a page, read from its picture as a camera does. */
async function scanned(page) {
  const png = await page.locator("[data-test=qr]").screenshot();
  const { data, width, height } = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: image.width, height: image.height });
    const drawing = canvas.getContext("2d");
    drawing.drawImage(image, 0, 0);
    const { data } = drawing.getImageData(0, 0, image.width, image.height);
    return { data: [...data], width: image.width, height: image.height };
  }, png.toString("base64"));
  return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
}

const link = async (page) => `http://${(await page.textContent("[data-test=tv-link]")).trim()}`;

/** A television and a telephone. */
async function pair(access_token) {
  const tv = await open(browser, server.url, { viewport: TV });
  const phone = await open(browser, server.url, { viewport: PHONE });
  await tv.page.goto(entry(access_token));
  const done = async () => {
    await tv.done();
    await phone.done();
  };
  return { tv: tv.page, phone: phone.page, done };
}

const outcome = (tv, status) => tv.waitForSelector(`[data-test=tv-outcome][data-status=${status}]`);

test("the telephone scans, pays, and the television follows to the end", async () => {
  receiver.told.length = 0;
  const access_token = await fresh("sofa", { return_url: "https://game.example/" });
  const { tv, phone, done } = await pair(access_token);
  const address = await scanned(tv);
  assert.equal(address, await link(tv), "the picture and the text say the same");
  assert.match(address, new RegExp(`^${server.url}/tv/[2-9A-HJ-NP-Z]{8}$`));
  assert.ok(!address.includes(access_token), "the token is in the picture");
  await phone.goto(address);
  // The page's script sends the form: nobody has to press anything.
  await phone.waitForSelector("[data-test=pay]");
  assert.ok(!phone.url().includes(access_token), "the telephone has a token of its own");
  await tv.waitForSelector("[data-test=tv][data-state=opened]");
  assert.equal(await tv.isVisible("[data-test=qr]"), false);
  await phone.fill("[name=email]", "email@example.com");
  await fill(phone, "4000000000000010");
  await tv.waitForSelector("h1:visible:has-text('Your bank asks you to confirm')");
  await phone.click("[data-test='3ds-approve']");
  await settled(phone, "done");
  await outcome(tv, "done");
  await tv.screenshot({ path: "out/tv-done.png" });
  assert.match(await tv.getAttribute("[data-test=tv-return]", "href"), /status=done/);
  assert.equal(receiver.of("payment").length, 1);
  await done();
});

test("a payment that fails shows on the television, which offers another try", async () => {
  const { tv, phone, done } = await pair(await fresh("unlucky"));
  await phone.goto(await link(tv));
  await phone.waitForSelector("[data-test=pay]");
  await phone.fill("[name=email]", "email@example.com");
  await fill(phone, "4000000000000002");
  await outcome(tv, "troubled");
  await tv.screenshot({ path: "out/tv-troubled.png" });
  await tv.keyboard.press("Enter");
  await tv.waitForSelector("[data-test=qr]");
  await done();
});

test("a code opens one payment, once", async () => {
  const { tv, phone, done } = await pair(await fresh("once"));
  const address = await link(tv);
  await phone.goto(address);
  await phone.waitForSelector("[data-test=pay]");
  const second = await open(browser, server.url, { viewport: PHONE });
  await second.page.goto(address);
  await second.page.waitForSelector("[data-problem-name=used]");
  await accessible(second.page, "used code");
  await second.page.screenshot({ path: "out/tv-phone-used.png" });
  // The television shows a new one, and that one works, typed by hand.
  await tv.waitForSelector("[data-test=tv][data-state=opened]");
  await tv.keyboard.press("Enter");
  await tv.waitForSelector("[data-test=tv][data-state=waiting]");
  const code = (await link(tv)).split("/").pop();
  assert.notEqual(code, address.split("/").pop());
  await second.page.fill("[name=code]", `${code.slice(0, 4)} ${code.slice(4)}`.toLowerCase());
  await second.page.click("[data-test=tv-enter]");
  await second.page.waitForSelector("[data-test=pay]");
  await second.done();
  await done();
});

test("looking at the address does not use it up, and it works without JavaScript", async () => {
  const { tv, done } = await pair(await fresh("looks"));
  const address = await link(tv);
  assert.equal((await fetch(address)).status, 200);
  assert.equal((await fetch(address, { method: "HEAD" })).status, 200);
  const plain = await open(browser, server.url, { viewport: PHONE, javaScriptEnabled: false });
  await plain.page.goto(address);
  await plain.page.screenshot({ path: "out/tv-phone.png" });
  await plain.page.click("[data-test=tv-open]");
  await plain.page.waitForSelector("[data-test=pay]");
  await plain.done();
  await done();
});

test("a saved card pays with the remote alone", async () => {
  const { tv, phone, done } = await pair(await fresh("remote"));
  await phone.goto(await link(tv));
  await phone.waitForSelector("[data-test=pay]");
  await phone.fill("[name=email]", "email@example.com");
  await phone.check("[data-test=save]");
  await fill(phone, "4111111111111111");
  await outcome(tv, "done");
  receiver.told.length = 0;
  await tv.goto(entry(await fresh("remote", { return_url: `${server.url}/demo` })));
  await tv.waitForSelector("[data-test=tv-saved]:focus");
  await tv.screenshot({ path: "out/tv-saved.png" });
  await tv.keyboard.press("ArrowDown");
  assert.equal(await tv.evaluate(() => document.activeElement.hasAttribute("data-leave-link")), true, "down moves down");
  await tv.keyboard.press("ArrowUp");
  await tv.keyboard.press("Enter");
  await tv.waitForSelector("[data-test=tv-pay]:focus");
  await accessible(tv, "confirm");
  await tv.screenshot({ path: "out/tv-confirm.png" });
  // Back asks again what to pay with; the question is answered with OK.
  await tv.keyboard.press("Escape");
  await tv.waitForSelector("[data-test=tv-saved]:focus");
  await tv.keyboard.press("Enter");
  await tv.waitForSelector("[data-test=tv-pay]:focus");
  await tv.keyboard.press("ArrowRight");
  assert.equal(await tv.evaluate(() => document.activeElement.dataset.test), "tv-back");
  await tv.keyboard.press("ArrowLeft");
  await tv.keyboard.press("Enter");
  await outcome(tv, "done");
  assert.equal(receiver.of("payment").length, 1);
  // Back leaves for the game.
  await tv.keyboard.press("Backspace");
  await tv.waitForURL(/\/demo\?.*status=done/);
  await done();
});

for (const [theme, name] of [["default", "light"], ["dark", "dark"]]) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP, tv: TV })) {
    test(`the television's pages, ${name}, ${size}`, async () => {
      const { page, done } = await open(browser, server.url, { viewport, reducedMotion: "reduce" });
      const look = async (what) => {
        await accessible(page, what);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${what} is ${overflow} pixels too wide`);
        if (size === "tv") {
          const below = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
          assert.ok(below <= 0, `${what} is ${below} pixels too high: a remote does not scroll`);
        }
        await page.screenshot({ path: `out/tv-${what}-${name}-${size}.png`, fullPage: true });
      };
      // The demo's own player has a saved card.
      const settings = { ui: { theme }, return_url: "https://game.example/" };
      await page.goto(entry(await token(server.url, settings)));
      await look("code");
      await page.click("[data-test=tv-saved]");
      await look("confirm");
      await page.click("[data-test=tv-pay]");
      await page.waitForSelector("[data-test=tv-outcome][data-status=done]");
      await look("done");
      await page.goto(entry("wrong"));
      await look("error");
      await page.goto(`${server.url}/tv`);
      await accessible(page, "enter");
      await page.screenshot({ path: `out/tv-enter-${size}.png`, fullPage: true });
      await done();
    });
  }
}

test("the widget opens it with queryParams and hears how the payment goes", async () => {
  const { page, done } = await open(browser, server.url, { viewport: TV });
  await page.goto(`${server.url}/demo`);
  await page.evaluate((url) => {
    window.frames_seen = [];
    window.addEventListener("message", (event) => window.frames_seen.push(JSON.parse(event.data).command));
    const frame = document.createElement("iframe");
    frame.src = url;
    document.body.appendChild(frame);
  }, entry(await token(server.url)));
  await page.waitForFunction(() => window.frames_seen.includes("dimensions"));
  assert.deepEqual((await page.evaluate(() => window.frames_seen)).slice(0, 2), ["widget-detection", "dimensions"]);
  await done();
});

test("what a television loads runs on Chromium 53, and is small", async () => {
  const html = await (await fetch(entry(await token(server.url)))).text();
  const assets = [...html.matchAll(/(?:src|href)="(\/paystation2\/assets\/[^"]+)"/g)].map((m) => m[1]);
  assert.equal(assets.length, 2, `${assets}`);
  let bytes = html.length;
  for (const asset of assets) {
    const text = await (await fetch(server.url + asset)).text();
    bytes += text.length;
    const found = asset.includes(".css") ? await tooNewInStyle(text) : await tooNewInScript(text);
    assert.deepEqual(found, [], asset);
  }
  assert.ok(bytes < 60_000, `${bytes} bytes before compression`);
  // The check itself sees what is too new.
  assert.notDeepEqual(await tooNewInScript("var f = () => 1;"), []);
  assert.notDeepEqual(await tooNewInScript("new ResizeObserver(function () {});"), []);
  assert.notDeepEqual(await tooNewInStyle("a { display: grid; }"), []);
});

// From here on the project's clock is ahead, and this address has guessed too often.
test("a code that expired says so on both, and the television has a new one", async () => {
  const { tv, phone, done } = await pair(await fresh("late"));
  const address = await link(tv);
  await advance(server.url, 16);
  await tv.waitForSelector("[data-test=tv][data-state=expired]");
  await accessible(tv, "expired");
  await tv.screenshot({ path: "out/tv-expired.png" });
  await phone.goto(address);
  await phone.waitForSelector("[data-problem-name=expired]");
  await tv.waitForSelector("[data-test=tv-new]:focus");
  await tv.keyboard.press("Enter");
  await tv.waitForSelector("[data-test=tv][data-state=waiting]");
  await phone.goto(await link(tv));
  await phone.waitForSelector("[data-test=pay]");
  await done();
});

test("guessing stops after ten", async () => {
  const statuses = [];
  for (let i = 0; i < 12; i += 1) {
    const code = `ABCDEF2${"23456789ABCD"[i]}`;
    const answer = await fetch(`${server.url}/tv/${code}`, { method: "POST", redirect: "manual" });
    statuses.push(answer.status);
    if (answer.status === 429) assert.ok(Number(answer.headers.get("retry-after")) > 0);
  }
  assert.equal(statuses.filter((s) => s === 404).length, 10, `${statuses}`);
  assert.equal(statuses.at(-1), 429);
});
