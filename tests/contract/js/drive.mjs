// Runs one scenario of the unmodified @fal-ai/client and prints what it saw as one line of JSON.
// usage: node drive.mjs <middleware|proxy> <scenario> <server address>
import { fal, ApiError, ValidationError } from "@fal-ai/client";

const [mode, scenario, here] = process.argv.slice(2);
const endpoint = "fal-ai/kling-video/o1/standard/reference-to-video";
const input = { prompt: "A drone shot flying over a tropical island at golden hour", duration: "3" };

const middleware = async (request) => ({
  ...request,
  url: request.url
    .replace("https://queue.fal.run", here + "/queue")
    .replace("https://fal.run", here)
    .replace(/^https:\/\/rest(\.alpha)?\.fal\.ai/, here + "/rest"),
});
fal.config({
  credentials: "kid:secret",
  ...(mode === "proxy" ? { proxyUrl: { url: here + "/api/fal/proxy", when: "always" } } : { requestMiddleware: middleware }),
});

const seen = (error) => ({ name: error.constructor.name, status: error.status, fields: error.fieldErrors, body: error.body, isApi: error instanceof ApiError, isValidation: error instanceof ValidationError });

async function subscribe(modeOfUpdates) {
  const statuses = new Set();
  let logs = [];
  const result = await fal.subscribe(endpoint, {
    input, logs: true, mode: modeOfUpdates, pollInterval: 200,
    onQueueUpdate: (update) => { statuses.add(update.status); if (update.logs) logs = update.logs; },
  });
  return { statuses: [...statuses], logs: logs.map((log) => log.message), data: result.data, requestId: result.requestId };
}

const scenarios = {
  poll: () => subscribe("polling"),
  streaming: () => subscribe("streaming"),
  run: async () => { const r = await fal.run(endpoint, { input }); return { data: r.data, requestId: r.requestId }; },
  stream: async () => {
    const stream = await fal.stream(endpoint, { input });
    let events = 0;
    for await (const _ of stream) events += 1;
    return { events, data: await stream.done() };
  },
  invalid: async () => {
    try { await fal.subscribe(endpoint, { input: { ...input, duration: "99" } }); } catch (error) { return seen(error); }
  },
  cancel: async () => {
    const first = await fal.queue.submit(endpoint, { input: { ...input, duration: "10" } });
    const second = await fal.queue.submit(endpoint, { input, priority: "low" });
    await fal.queue.cancel(endpoint, { requestId: second.request_id });
    await fal.queue.cancel(endpoint, { requestId: first.request_id });
    await fal.queue.subscribeToStatus(endpoint, { requestId: first.request_id });
    const answers = [];
    for (const ticket of [first, second]) {
      try { await fal.queue.result(endpoint, { requestId: ticket.request_id }); answers.push("result"); } catch (error) { answers.push(error.status); }
    }
    return { answers };
  },
  upload: async () => {
    const address = await fal.storage.upload(new Blob([new Uint8Array(1000)], { type: "video/mp4" }), { lifecycle: { expiresIn: "1h" } });
    return { address, size: (await (await fetch(address)).arrayBuffer()).byteLength };
  },
  multipart: async () => {
    const bytes = new Uint8Array(91 * 1024 * 1024);
    bytes[0] = 7; bytes[bytes.length - 1] = 9;
    const address = await fal.storage.upload(new Blob([bytes], { type: "video/mp4" }));
    const back = new Uint8Array(await (await fetch(address)).arrayBuffer());
    return { size: back.byteLength, first: back[0], last: back[back.length - 1] };
  },
};

console.log(JSON.stringify((await scenarios[scenario]()) ?? null));
