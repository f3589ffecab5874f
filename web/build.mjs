// Bundles src/ into dist/app.js and dist/app.css, the two files that the Rust binary embeds and
// serves under /assets/. `--tests` bundles test/ into build/test/ for node's own test runner,
// `--watch` rebuilds on change. Runs on Debian 12's nodejs 18; fetches nothing.
import { build, context } from "esbuild";
import { readdirSync, rmSync } from "node:fs";

const here = new URL(".", import.meta.url).pathname;

const app = {
  absWorkingDir: here,
  entryPoints: [
    { in: "src/main.tsx", out: "app" },
    { in: "src/style/app.css", out: "app" },
    { in: "src/style/icon.svg", out: "icon" },
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
