// What the JavaScript programs share: the proxy's address, a request, names of scenarios.
import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

export const here = process.env.HERE;
export const key = process.env.FAL_KEY;
export const wrong = "kid:wrong";
export const endpoint = "fal-ai/kling-video/o1/standard/reference-to-video";
export const frames = "fal-ai/kling-video/o1/standard/image-to-video";
export const shot = { prompt: "Hold still", duration: "3" };
export const long = { ...shot, duration: "10" };

export const hook = (name) => `${here}/-/webhook/${name}`;
export const hooked = async (name) => await (await fetch(hook(name) + "?wait", { method: "POST", signal: AbortSignal.timeout(30_000) })).json();

// The version of an installed package.
export const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;

// The error that a call rejects with.
export const refused = async (call) => {
  let done;
  try {
    done = await call();
  } catch (error) {
    return error;
  }
  throw new Error(`was not refused: ${JSON.stringify(done)}`);
};

// Run each scenario under its name, then say which versions ran.
export async function play(scenarios, ...packages) {
  for (const [name, run] of Object.entries(scenarios)) {
    console.error(name);
    await fetch(`${here}/-/scenario/${name}`);
    await run(name);
  }
  console.log(JSON.stringify(Object.fromEntries(packages.map((name) => [name, version(name)]))));
}

// A small PNG of one colour.
export function picture(side = 320) {
  const chunk = (kind, data) => {
    const text = Buffer.concat([Buffer.from(kind), data]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(text));
    return Buffer.concat([size, text, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * side, Buffer.from([90, 140, 60]))]);
  const rows = deflateSync(Buffer.concat(Array(side).fill(row)));
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk("IHDR", head), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}
