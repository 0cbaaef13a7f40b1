// The ground the other browser tests stand on: Chromium starts, renders and runs scripts, and axe finds a known defect.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("a page is rendered and its scripts run", async () => {
  const page = await browser.newPage();
  await page.setContent("<button onclick=\"this.textContent = 'paid'\">pay</button>");
  await page.getByRole("button", { name: "pay" }).click();
  assert.equal(await page.getByRole("button").textContent(), "paid");
  await page.close();
});

test("axe finds an image without a text alternative", async () => {
  const page = await browser.newPage();
  await page.setContent('<html lang="en"><title>t</title><main><img src="data:,"></main></html>');
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate(() => window.axe.run());
  assert.ok(found.violations.some((violation) => violation.id === "image-alt"));
  await page.close();
});
