// A downloaded bundle as a stranger treats it: unpacked, then checked with stock tools alone, and with
// `holdfast verify` for comparison (design, section 9).
import { expect } from "@playwright/test";
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { run } from "./demo";

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

/** Unpacks a zip beside itself and returns the folder that holds SHA256SUMS. */
export function unpack(zip: string): string {
  const folder = join(dirname(zip), "unpacked");
  const done = run("unzip", ["-q", zip, "-d", folder]);
  expect(done.code, done.text).toBe(0);
  const sums = files(folder).find((path) => path.endsWith("/SHA256SUMS"));
  if (!sums) throw new Error("the bundle holds no SHA256SUMS");
  return dirname(sums);
}

export interface Verdicts {
  sha256sum: boolean;
  openssl: boolean;
  sshKeygen: boolean;
  holdfast: boolean;
}

/** What each of the four tools says of a bundle. */
export function verdicts(bundle: string, holdfast: string): Verdicts {
  const identity = readFileSync(join(bundle, "allowed_signers"), "utf8").trim().split(/\s+/)[0] ?? "";
  const good = (program: string, args: string[], input?: Buffer) => run(program, args, { cwd: bundle, ...(input ? { input } : {}) }).code === 0;
  return {
    sha256sum: good("sha256sum", ["--strict", "-c", "SHA256SUMS"]),
    openssl: good("openssl", ["dgst", "-sha256", "-verify", "signer.pem", "-signature", "SHA256SUMS.p256", "SHA256SUMS"]),
    sshKeygen: good("ssh-keygen", ["-Y", "verify", "-f", "allowed_signers", "-I", identity, "-n", "holdfast-export@v1", "-s", "SHA256SUMS.sig"], readFileSync(join(bundle, "SHA256SUMS"))),
    holdfast: good(holdfast, ["verify", bundle]),
  };
}

/** Every file of the bundle, relative to it. */
export function contents(bundle: string): string[] {
  return files(bundle).map((path) => relative(bundle, path));
}

/** The verdicts on a copy of the bundle in which one bit of the middle byte of `file` is flipped. */
export function verdictsWithFlip(bundle: string, file: string, holdfast: string): Verdicts {
  const copy = `${bundle}-flipped`;
  cpSync(bundle, copy, { recursive: true });
  try {
    const path = join(copy, file);
    const bytes = readFileSync(path);
    const middle = Math.floor(statSync(path).size / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x01;
    writeFileSync(path, bytes);
    return verdicts(copy, holdfast);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** A zip copy with one flipped byte in the middle of its largest file's data. */
export function flippedZip(zip: string): string {
  const copy = `${zip}.flipped.zip`;
  copyFileSync(zip, copy);
  const bytes = readFileSync(copy);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x01;
  writeFileSync(copy, bytes);
  return copy;
}
