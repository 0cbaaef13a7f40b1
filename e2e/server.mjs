// The server under test, a game that receives its webhooks, and the requests that the game makes.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { required } from "./chromium.mjs";

/** What `coinslot dev` always has. */
export const DEMO = { merchant: 2340, key: "demo_api_key", project: 18404, secret: "demo_secret_key", user: "1234567" };

/** Starts `coinslot dev` on a free port with fresh data. */
export async function serve(...flags) {
  const data = await mkdtemp(join(tmpdir(), "coinslot-e2e-"));
  const args = ["dev", "--listen", "127.0.0.1:0", "--data", data, ...flags];
  const child = spawn(required("COINSLOT_BIN"), args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server stopped with ${code} before it was ready`)));
    createInterface(child.stdout).on("line", (line) => {
      const found = /Demo game\s+(http:\S+)\/demo/.exec(line);
      if (found) resolve(found[1]);
    });
  });
  const stop = async () => {
    child.removeAllListeners("exit");
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    await rm(data, { recursive: true });
    if (code !== 0) throw new Error(`the server stopped with ${code} when it was told to stop`);
  };
  return { url, stop };
}

/** A game that checks signatures and remembers what it was told. `answers` maps a notification type to a status. */
export async function game() {
  const told = [];
  const answers = {};
  const friends = [{ id: "zoe", name: "Zoe", email: "zoe@example.com" }, { id: "max", name: "Max" }];
  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      // A question for friends: no body, and the signature in the address.
      const query = new URL(request.url, "http://game.example").searchParams;
      const values = ["limit", "offset", "query", "user"].map((name) => query.get(name)).join("");
      const sign = createHash("sha1").update(`friends_list${values}${DEMO.secret}`).digest("hex");
      const signed = query.get("sign") === sign;
      told.push({ notification_type: query.get("notification_type"), query: query.get("query"), signed });
      const found = friends.filter((friend) => friend.name.toLowerCase().includes(query.get("query").toLowerCase()));
      return response.writeHead(signed ? 200 : 400).end(JSON.stringify([{ friends: found, total: found.length }]));
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const wanted = createHash("sha1").update(body).update(DEMO.secret).digest("hex");
    const signed = request.headers.authorization === `Signature ${wanted}`;
    const message = JSON.parse(body);
    told.push({ ...message, signed });
    response.writeHead(signed ? (answers[message.notification_type] ?? 204) : 400).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    told,
    answers,
    of: (type) => told.filter((message) => message.notification_type === type),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A call of the demo merchant, as a game's server makes it. */
export function call(url, method, path, body) {
  return fetch(url + path, {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(`${DEMO.merchant}:${DEMO.key}`).toString("base64")}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify(body),
  });
}

/** Puts the clock of the demo project ahead. */
export async function advance(url, minutes) {
  const path = `/merchant/v2/projects/${DEMO.project}/clock`;
  const { now } = await (await call(url, "GET", path)).json();
  const later = new Date(Date.parse(now) + minutes * 60_000).toISOString();
  const response = await call(url, "PUT", path, { now: later });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Asks for a token as a game's server does. `settings` and `rest` are added to the request. */
export async function token(url, settings = {}, rest = {}) {
  const body = {
    user: { id: { value: DEMO.user }, email: { value: "email@example.com" } },
    settings: { project_id: DEMO.project, mode: "sandbox", ...settings },
    purchase: { checkout: { currency: "USD", amount: 9.99 }, description: { value: "1,200 gems" } },
    ...rest,
  };
  const response = await call(url, "POST", `/merchant/v2/merchants/${DEMO.merchant}/token`, body);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()).token;
}

/** Fills the card form of the payment page in and presses Pay. */
export async function fill(page, number, { expiry = "12/40", cvv = "123" } = {}) {
  // The demo player has a saved card, which is chosen first.
  await page.click("[data-test=method-card]");
  await page.fill("[name=card_number]", number);
  await page.fill("[name=card_expiry]", expiry);
  await page.fill("[name=card_cvv]", cvv);
  await page.click("[data-test=pay]");
}

/** Waits until the status page says `status`. */
export function settled(page, status) {
  return page.waitForSelector(`[data-test=status][data-status=${status}]`);
}
