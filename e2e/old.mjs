// What a browser of 2016 understands: the page on a television is held against Chromium 53.
import { ESLint } from "eslint";
import compat from "eslint-plugin-compat";
import stylelint from "stylelint";

export const TELEVISION = "chrome 53";

/** What is too new in a script: its syntax, or calls that the browser does not have. */
export async function tooNewInScript(text) {
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [
      {
        ...compat.configs["flat/recommended"],
        languageOptions: { ecmaVersion: 5, sourceType: "script" },
        settings: { targets: [TELEVISION], browsers: [TELEVISION] },
      },
    ],
  });
  const [result] = await eslint.lintText(text);
  return result.messages.map((m) => `${m.line}: ${m.message}`);
}

/** What is too new in a style sheet. */
export async function tooNewInStyle(code) {
  const { results } = await stylelint.lint({
    code,
    config: {
      plugins: ["stylelint-no-unsupported-browser-features"],
      rules: {
        "plugin/no-unsupported-browser-features": [
          true,
          // `text-decoration: none` is older than the shorthand that the list means.
          { browsers: [TELEVISION], ignore: ["mdn-text-decoration-shorthand"], severity: "error" },
        ],
      },
    },
  });
  return results.flatMap((r) => [...r.parseErrors, ...r.warnings]).map((w) => `${w.line}: ${w.text}`);
}
