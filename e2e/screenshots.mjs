// Takes a picture of every page for docs/screens.md: `npm run screenshots`. The pages are those of the real server, which
// is started in `dev`; nothing is drawn for the picture.
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { launch } from "./chromium.mjs";
import { DEMO, fill, game, serve, settled, token } from "./server.mjs";
import { tour } from "./tour.mjs";

const DOCS = new URL("../docs/", import.meta.url);
const FOLDER = new URL("screens/", DOCS);
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const THEMES = ["default", "dark"];
const MOST = 4_000_000;

/** What is on the pictures, in the order of the document. */
const PAGES = {
  Paying: {
    checkout: "The payment page with the form of a card.",
    "checkout-saved-card": "A saved card is offered first.",
    "checkout-mistakes": "What is wrong is said beside each field and on top.",
    "checkout-plan": "A subscription that begins with a trial.",
    region: "Another country, and another currency where the catalogue has one.",
    gift: "Who gets the present.",
    shipping: "Where something is sent by post.",
    bank: "The bank asks: the 3-D Secure simulator of the sandbox.",
  },
  "What became of it": {
    "status-delivering": "Paid; the game is being told.",
    "status-done": "Done.",
    "status-started": "A trial has begun.",
    "status-declined": "The bank refused.",
    "status-undelivered": "Paid, and the game did not take it.",
    "status-refunded": "Given back.",
    receipt: "The receipt.",
    error: "A link that is not valid any more.",
  },
  "The shop inside the page": {
    "shop-items": "Items, by group.",
    "shop-currency": "Packages of virtual currency, and any amount.",
    "shop-plans": "Subscriptions.",
  },
  "The player's account": {
    "account-info": "About the player.",
    "account-history": "Purchases.",
    "account-payment_accounts": "Saved cards.",
    "account-subscriptions": "Subscriptions.",
  },
  "On a television": {
    "tv-code": "A code for the telephone, and what is saved.",
    "tv-confirm": "Paying with what is saved.",
    "tv-done": "Done.",
    "tv-error": "A link that is not valid any more.",
    "tv-enter": "The telephone of somebody who types the code.",
  },
  "Other languages": {
    languages: "Every language by its own name.",
    arabic: "Arabic, from right to left.",
    german: "German.",
    japanese: "Japanese.",
    thai: "Thai.",
  },
};
/** Pages that have one theme. */
const OTHERS = {
  demo: "The demo game of `coinslot dev`.",
  mail: "The mail that a development server caught, with a receipt.",
  pay2play: "A game sold by key from the studio's own site, with the Pay2Play widget.",
};

const browser = await launch();
const receiver = await game();
const server = await serve("--webhook-url", receiver.url);
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });

/** A page of that size and a function that takes its picture. */
async function camera(size, theme) {
  const colorScheme = theme === "dark" ? "dark" : "light";
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const look = async (name) => {
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement?.blur());
    await page.waitForLoadState("networkidle");
    const { cssContentSize } = await session.send("Page.getLayoutMetrics");
    const height = Math.min(Math.max(Math.ceil(cssContentSize.height), SIZES[size].height), 2400);
    const { data } = await session.send("Page.captureScreenshot", {
      format: "webp",
      quality: 70,
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width: SIZES[size].width, height, scale: 1 },
    });
    const file = theme ? `${name}-${theme}-${size}.webp` : `${name}-${size}.webp`;
    await writeFile(new URL(file, FOLDER), Buffer.from(data, "base64"));
  };
  return { page, context, look };
}

const entry = async (settings, rest) =>
  `${server.url}/paystation2/?access_token=${await token(server.url, settings, rest)}`;

try {
  for (const theme of THEMES) {
    for (const size of Object.keys(SIZES)) {
      const { page, context, look } = await camera(size, theme);
      const user = `${theme}-${size}`;
      await tour(page, { url: server.url, game: receiver, language: "en", ui: { theme }, user }, look);
      for (const [name, language] of [["arabic", "ar"], ["german", "de"], ["japanese", "ja"], ["thai", "th"]]) {
        await page.goto(await entry({ language, ui: { theme }, return_url: "https://game.example/" }));
        await page.click("[data-test=method-card]");
        await look(name);
      }
      await page.goto(await entry({ language: "en", ui: { theme }, return_url: "https://game.example/" }));
      await page.click("[data-test=languages] summary");
      await look("languages");
      await context.close();
    }
  }
  // The studio's site, which is another origin.
  const options = {
    target_element: "#buy",
    access_data: {
      settings: { project_id: DEMO.project, mode: "sandbox" },
      purchase: { pin_codes: { codes: [{ digital_content: "starfall" }] } },
    },
  };
  const site = createServer((request, response) =>
    response.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><html lang="en"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Starfall</title>
<style>body { font: 1rem/1.5 sans-serif; margin: 3rem auto; max-width: 40rem; padding: 0 1rem }</style></head><body>
<h1>Starfall</h1><p>The sky is falling. Catch it.</p><div id="buy"></div>
<script src="${server.url}/embed/pay2play/2.1.0/widget.min.js"></script>
<script>XPay2PlayWidget.create(${JSON.stringify(options)})</script></body></html>`),
  );
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  for (const size of Object.keys(SIZES)) {
    const { page, context, look } = await camera(size);
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    await page.click(".xpay2play-widget-button");
    const frame = await (await page.waitForSelector(".xpaystation-widget-lightbox-content-iframe")).contentFrame();
    await frame.waitForSelector("[data-test=pay]");
    await look("pay2play");
    const letter = { user: { id: { value: `letter-${size}` }, email: { value: "player@example.com" } } };
    await page.goto(await entry({}, letter));
    await fill(page, "4111111111111111");
    await settled(page, "done");
    await page.goto(`${server.url}/demo/mail`);
    await page.waitForSelector("[data-test=letter]");
    await look("mail");
    await page.goto(`${server.url}/demo`);
    await page.waitForSelector("[data-entry], .entry");
    await look("demo");
    await context.close();
  }
  site.close();
} finally {
  await browser.close();
  await server.stop();
  await receiver.stop();
}

// The document.
const picture = (file, width, says) => `<img src="screens/${file}.webp" width="${width}" alt="${says}">`;
let text = `# Screens

Every page that players see, in both themes, on a desktop of 1280 and a telephone of 390 pixels. \`npm run screenshots\`
in \`e2e/\` takes them from the real server.
`;
for (const [part, pages] of Object.entries(PAGES)) {
  text += `\n## ${part}\n`;
  for (const [name, says] of Object.entries(pages)) {
    text += `\n### ${says.replace(/\.$/, "")}\n\n`;
    for (const [size, width] of [["desktop", 420], ["phone", 180]]) {
      text += `${THEMES.map((theme) => picture(`${name}-${theme}-${size}`, width, `${says.replace(/\.$/, "")} (${theme}, ${size})`)).join("\n")}\n`;
    }
  }
}
text += "\n## Around it\n";
for (const [name, says] of Object.entries(OTHERS)) {
  const shown = [["desktop", 420], ["phone", 180]].map(([size, width]) => picture(`${name}-${size}`, width, `${says} (${size})`));
  text += `\n### ${says.replace(/\.$/, "")}\n\n${shown.join("\n")}\n`;
}
await writeFile(new URL("screens.md", DOCS), text);

let bytes = 0;
const files = await readdir(FOLDER);
for (const file of files) {
  bytes += (await stat(new URL(file, FOLDER))).size;
  if (!text.includes(`screens/${file}`)) throw new Error(`${file} is not in the document`);
}
for (const [, file] of text.matchAll(/src="screens\/([^"]+)"/g)) {
  if (!files.includes(file)) throw new Error(`${file} was not taken`);
}
if (bytes > MOST) throw new Error(`${bytes} bytes are more than ${MOST}`);
console.log(`${files.length} pictures, ${bytes} bytes`);
