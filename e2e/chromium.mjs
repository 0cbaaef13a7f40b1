// Starts the Chromium that is installed on this machine. Nothing is downloaded: playwright-core brings no browser.
import { chromium } from "playwright-core";

// The tests run as root in containers, where Chromium's sandbox cannot start and there is no GPU; they only ever open the
// server under test. The other flags keep the browser from calling home, so that the tests also pass without a network.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The path of an executable that `cargo xtask test` passes in the environment. */
export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test\`, or see e2e/README.md to run by hand`);
  return value;
}

/** A browser of its own for one test file: close it in `after`. */
export function launch() {
  return chromium.launch({ executablePath: required("CHROMIUM"), args: FLAGS });
}
