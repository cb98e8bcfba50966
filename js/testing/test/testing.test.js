// The package as an application's tests use it, with the unmodified @fal-ai/client.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, before, beforeEach, test } from "node:test";
import { fal } from "@fal-ai/client";
import { startShotwright } from "@shotwright/testing";

const MODEL = "fal-ai/kling-video/o1/standard/reference-to-video";
const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("shotwright-test-"));
const earlier = new Set(folders());
let shotwright;

before(async () => {
  shotwright = await startShotwright();
  shotwright.configure(fal);
});
beforeEach(() => shotwright.clear());
after(async () => {
  await shotwright.stop();
  assert.deepEqual(folders().filter((name) => !earlier.has(name)), []);
});

test("a shot is made, and what was asked for is seen", async () => {
  const { data } = await fal.subscribe(MODEL, { input: { prompt: "A fox crosses the street. Slow push in.", duration: "3" } });
  const clip = new Uint8Array(await (await fetch(data.video.url)).arrayBuffer());
  assert.equal(String.fromCharCode(...clip.slice(4, 8)), "ftyp");
  const last = await shotwright.last();
  assert.equal(last.state, "succeeded");
  assert.equal(last.endpoint_id, MODEL);
  assert.equal(last.arguments.duration, "3");
  const plan = await shotwright.plan();
  assert.deepEqual(plan.camera.map((move) => move.move), ["dolly_in"]);
});

test("every test sees its own requests", async () => {
  assert.deepEqual(await shotwright.requests(), []);
  await assert.rejects(() => shotwright.last(), /No request came/);
});

test("what was only submitted is waited for", async () => {
  await fal.queue.submit(MODEL, { input: { prompt: "A fox.", duration: "3" } });
  await fal.queue.submit(MODEL, { input: { prompt: "A hare.", duration: "3" } });
  assert.equal((await shotwright.wait()).state, "succeeded");
  assert.deepEqual((await shotwright.requests()).map((row) => row.arguments.prompt), ["A fox.", "A hare."]);
});

test("files are uploaded to the server", async () => {
  const url = await fal.storage.upload(new Blob([new Uint8Array(100)], { type: "image/png" }));
  assert.ok(url.startsWith(shotwright.url));
});

test("faults strike until they are taken back", async () => {
  shotwright.fault("content_policy");
  await assert.rejects(() => fal.subscribe(MODEL, { input: { prompt: "A fox.", duration: "3" } }), (error) => error.status === 422);
  shotwright.fault(null);
  await fal.subscribe(MODEL, { input: { prompt: "A fox.", duration: "3" } });
});

test("other clients find their addresses in the environment", async () => {
  const answer = await fetch(`${shotwright.env.OPENAI_BASE_URL}/videos`, {
    method: "POST",
    headers: { Authorization: `Bearer ${shotwright.env.OPENAI_API_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ prompt: "A fox.", seconds: "3" }),
  });
  assert.equal((await answer.json()).object, "video");
});

test("a program that is not there is named, and nothing is left behind", async () => {
  const there = folders();
  await assert.rejects(() => startShotwright({ command: ["no-such-program"] }), /pip install shotwright/);
  assert.deepEqual(folders(), there);
});

test("a server that does not start says why", async () => {
  await assert.rejects(() => startShotwright({ env: { SHOTWRIGHT_WORKERS: "many" } }), /did not start[\s\S]*workers/i);
});
