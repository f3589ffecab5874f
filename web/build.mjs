// Bundles src/ into dist/app.js and dist/app.css, the two files that the Rust binary embeds and
// serves under /assets/, and dist/passkey.js for the pages that need nothing else; and src/portal/portal.css into dist/portal.css, the public pages' style. `--tests` bundles test/ into build/test/ for node's own test runner,
// `--watch` rebuilds on change. Runs on Debian 12's nodejs 18; fetches nothing.
import { build, context } from "esbuild";
import { readFileSync, readdirSync, rmSync } from "node:fs";

const here = new URL(".", import.meta.url).pathname;

// govuk-frontend may be used by anybody, its typeface and the royal arms may not: both are taken out.
const withoutCrown = {
  name: "without-crown",
  setup({ onLoad }) {
    onLoad({ filter: /govuk-frontend\.min\.css$/ }, ({ path }) => {
      const contents = readFileSync(path, "utf8")
        .replace(/@font-face\{[^}]*\}/g, "")
        .replaceAll("GDS Transport,", "")
        .replaceAll("screen\\0 and", "not all and") // a hack for Internet Explorer that no parser reads
        .replace(/[^{}]*\{[^{}]*govuk-crest\.svg[^{}]*\}/g, "")
        .replace(/@media[^{]*\{\s*\}/g, "");
      if (/GDS Transport|govuk-crest|@font-face/.test(contents)) throw new Error("govuk-frontend: something of the Crown is left");
      return { contents, loader: "css" };
    });
  },
};

const app = {
  absWorkingDir: here,
  entryPoints: [
    { in: "src/main.tsx", out: "app" },
    { in: "src/passkey_page.ts", out: "passkey" },
    { in: "src/style/app.css", out: "app" },
    { in: "src/style/icon.svg", out: "icon" },
    { in: "src/portal/portal.css", out: "portal" },
  ],
  bundle: true,
  outdir: "dist",
  format: "iife",
  target: ["chrome108", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  loader: { ".svg": "copy" },
  plugins: [withoutCrown],
};

const tests = {
  absWorkingDir: here,
  entryPoints: readdirSync(new URL("test/", import.meta.url))
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name}`),
  bundle: true,
  outdir: "build/test",
  outExtension: { ".js": ".mjs" },
  format: "esm",
  platform: "node",
  target: "node18",
  sourcemap: "inline",
  logLevel: "warning",
};

if (process.argv.includes("--tests")) {
  rmSync(new URL("build/test", import.meta.url), { recursive: true, force: true });
  await build(tests);
} else if (process.argv.includes("--watch")) {
  await (await context(app)).watch();
} else {
  const { metafile } = await build(app);
  for (const [name, { bytes }] of Object.entries(metafile.outputs)) console.log(`${name} ${(bytes / 1024).toFixed(1)} KiB`);
}
