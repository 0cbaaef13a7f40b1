// Names of countries in each language of the page, from the Unicode CLDR that Node.js brings: `node make.mjs`.
import { readFileSync, writeFileSync } from "node:fs";

// The page's code of a language, where it is not that of the standard.
const TAGS = { cn: "zh-Hans", tw: "zh-Hant", pt: "pt-BR" };
const LANGUAGES = "ar bg cn cs de en es fr he id it ja ko nl pl pt ro ru th tr tw vi".split(" ");

const folder = new URL(".", import.meta.url);
const codes = readFileSync(new URL("en.txt", folder), "utf8").trim().split("\n").map((line) => line.slice(0, 2));
for (const language of LANGUAGES) {
  const tag = TAGS[language] ?? language;
  const names = new Intl.DisplayNames(tag, { type: "region", fallback: "none" });
  // The long form of a few is long; CLDR has the usual one beside it.
  const short = new Intl.DisplayNames(tag, { type: "region", fallback: "none", style: "short" });
  const name = (code) => (["HK", "MO", "PS"].includes(code) ? short : names).of(code);
  const sort = new Intl.Collator(tag).compare;
  const all = codes.map((code) => [code, name(code)]).sort((a, b) => sort(a[1], b[1]));
  writeFileSync(new URL(`${language}.txt`, folder), all.map(([code, text]) => `${code} ${text}\n`).join(""));
}
