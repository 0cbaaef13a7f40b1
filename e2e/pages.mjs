// Pages that watch themselves: whatever they log as an error, load from elsewhere or refuse by policy fails the test.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 800 };

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A page in a context of its own. Close it with `done`, which also checks what the page did. */
export async function open(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  const page = await context.newPage();
  const faults = [];
  const watch = (opened) => {
    opened.on("pageerror", (error) => faults.push(`script: ${error}`));
    opened.on("console", (message) => {
      // The browser logs refused forms, error pages and answers that a test took away as errors of its own.
      const expected = /Failed to load resource.*(422|403|503|404|410|CONNECTION_RESET)/.test(message.text());
      if (message.type() === "error" && !expected) faults.push(`console: ${message.text()}`);
    });
    opened.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== origin) faults.push(`third party: ${url.origin}`);
    });
  };
  watch(page);
  context.on("page", watch);
  const done = async () => {
    await context.close();
    assert.deepEqual(faults, []);
  };
  return { page, context, done };
}

/** Presses the button that closes a window of its own, which may be gone before the click is answered. */
export async function leave(opened) {
  const gone = opened.waitForEvent("close");
  await opened.click("[data-close]").catch((error) => {
    if (!/has been closed/.test(error.message)) throw error;
  });
  await gone;
}

/** Checks a page with axe, in the frame that is given. Its script enters past the policy, as extensions do. */
export async function accessible(frame, what) {
  const source = await import("node:fs/promises").then((fs) => fs.readFile(axe, "utf8"));
  await frame.evaluate(source);
  const { violations } = await frame.evaluate(() => window.axe.run());
  const found = violations.map((v) => `${what}: ${v.id} (${v.impact}): ${v.nodes.map((n) => n.html).join(" | ")}`);
  assert.deepEqual(found, []);
}
