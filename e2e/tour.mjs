// Every page that a player can come to, one after another, for tests and for pictures.
import { DEMO, call, fill, settled, token } from "./server.mjs";

/**
 * Walks through the pages and calls `look(name)` on each. `game` is the game that the server tells of payments;
 * `ui` and `language` are what the game asks for in its tokens.
 */
export async function tour(page, { url, game, language, ui = {}, user = DEMO.user }, look) {
  const open = async (rest = {}, settings = {}, query = "") => {
    const whole = { language, ui, return_url: "https://game.example/", ...settings };
    await page.goto(`${url}/paystation2/?access_token=${await token(url, whole, rest)}${query}`);
  };
  const who = (id) => ({ id: { value: id }, email: { value: "email@example.com" } });
  const lang = `&lang=${language}`;

  // The shop.
  await open({ purchase: {} });
  await look("shop-items");
  await page.click("[data-test=region]");
  await look("region");
  await page.click("[data-test=region-back]");
  for (const tab of ["currency", "plans"]) {
    await page.click(`[data-test=tab-${tab}]`);
    await look(`shop-${tab}`);
  }

  // A plan that begins with a trial, so that nothing is paid yet.
  await open({ user: who(`${user}-trial`), purchase: { subscription: { plan_id: "pilot_monthly" } } });
  await look("checkout-plan");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await look("status-started");

  // A present, and something that is sent by post.
  const friends = [{ id: "mira", name: "Mira", email: "mira@example.com" }, { id: "tom", name: "Tom" }];
  const checkout = { checkout: { currency: "USD", amount: 9.99 }, description: { value: "1,200 gems" } };
  await open({ purchase: { ...checkout, gift: { giver_id: DEMO.user, friends } } });
  await look("gift");
  await open({ purchase: checkout }, { shipping_enabled: true });
  await look("shipping");

  // A purchase that the bank refuses, and its second try.
  await open();
  await look("checkout-saved-card");
  await page.click("[data-test=method-card]");
  await look("checkout");
  await page.click("[data-test=pay]");
  await page.waitForSelector("[aria-invalid=true]");
  await look("checkout-mistakes");
  await fill(page, "4000000000000036");
  await page.waitForSelector("[data-test='3ds-approve']");
  await look("bank");
  await page.click("[data-test='3ds-approve']");
  await settled(page, "troubled");
  await look("status-declined");
  await page.click("[data-test=retry]");
  await fill(page, "4111111111111111");
  await settled(page, "done");
  await look("status-done");
  const status = page.url();
  await page.goto(url + (await page.getAttribute("[data-test=receipt]", "href")));
  await look("receipt");
  await page.goto(status.replace("/status?", "/status.json?"));
  const { invoice } = JSON.parse(await page.textContent("body"));
  const refund = `/merchant/v2/merchants/${DEMO.merchant}/reports/transactions/${invoice}/refund`;
  const refunded = await call(url, "PUT", refund, { description: "Changed my mind" });
  if (!refunded.ok) throw new Error(`${refunded.status}: ${await refunded.text()}`);
  await page.goto(status);
  await look("status-refunded");

  // The game is slow to answer, and refuses.
  for (const [answer, group, name] of [[500, "delivering", "status-delivering"], [400, "troubled", "status-undelivered"]]) {
    game.answers.payment = answer;
    await open({ user: who(`${user}-${answer}`) });
    await fill(page, "4111111111111111");
    await settled(page, group);
    await look(name);
    delete game.answers.payment;
  }

  // What cannot be shown.
  await page.goto(`${url}/paystation2/?access_token=wrong${lang}`);
  await look("error");

  // The account.
  const account = { info: 1, history: 2, payment_accounts: 3, subscriptions: 4 };
  const pages = Object.fromEntries(Object.entries(account).map(([name, order]) => [name, { enable: true, order }]));
  await open({ purchase: {} }, { ui: { ...ui, mode: "user_account", user_account: pages } });
  for (const name of Object.keys(account)) {
    await page.click(`[data-test=account-${name}]`);
    await look(`account-${name}`);
  }

  // The television, and the telephone that types its code.
  await open({}, {}, "&smart_tv=1");
  await look("tv-code");
  await page.click("[data-test=tv-saved]");
  await look("tv-confirm");
  await page.click("[data-test=tv-pay]");
  await page.waitForSelector("[data-test=tv-outcome][data-status=done]");
  await look("tv-done");
  await page.goto(`${url}/paystation2/?access_token=wrong&smart_tv=1${lang}`);
  await look("tv-error");
  await page.goto(`${url}/tv?${lang.slice(1)}`);
  await look("tv-enter");
}
