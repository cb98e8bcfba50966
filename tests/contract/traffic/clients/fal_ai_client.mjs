// What users of @fal-ai/client do, each under a name of its own.
import { createFalClient } from "@fal-ai/client";
import { endpoint, frames, here, hook, hooked, key, long, picture, play, refused, shot, wrong } from "./common.mjs";

const requestMiddleware = async (request) => ({
  ...request,
  url: request.url
    .replace("https://queue.fal.run", here + "/queue")
    .replace("https://fal.run", here)
    .replace(/^https:\/\/rest(\.alpha)?\.fal\.ai/, here + "/rest"),
});
const fal = createFalClient({ credentials: key, requestMiddleware });
const proxied = createFalClient({ credentials: key, proxyUrl: { url: here + "/api/fal/proxy", when: "always" } });
const blob = new Blob([picture()], { type: "image/png" });

const expect = (error, status) => {
  if (error.status !== status) throw error;
};

await play(
  {
    upload_a_file_and_use_it: async () => {
      const address = await fal.storage.upload(blob, { lifecycle: { expiresIn: "1h" } });
      await fal.subscribe(frames, { input: { ...shot, start_image_url: address }, pollInterval: 200 });
    },
    a_file_in_the_input: async () => {
      await fal.subscribe(endpoint, { input: { ...shot, image_urls: [blob] }, pollInterval: 200 });
    },
    upload_in_parts: async () => {
      await fal.storage.upload(new Blob([new Uint8Array(91 * 1024 * 1024)], { type: "video/mp4" }));
    },
    subscribe_by_polling: async () => {
      await fal.subscribe(endpoint, { input: long, logs: true, pollInterval: 200, onQueueUpdate: () => {} });
    },
    subscribe_by_polling_without_logs: async () => {
      await fal.subscribe(endpoint, { input: long, pollInterval: 200 });
    },
    subscribe_by_streaming: async () => {
      await fal.subscribe(endpoint, { input: long, logs: true, mode: "streaming", onQueueUpdate: () => {} });
    },
    submit_status_result: async () => {
      const { request_id: requestId } = await fal.queue.submit(endpoint, { input: shot, priority: "low", hint: "h1", startTimeout: 300 });
      await fal.queue.status(endpoint, { requestId, logs: true });
      await fal.queue.subscribeToStatus(endpoint, { requestId, logs: true, pollInterval: 200 });
      await fal.queue.result(endpoint, { requestId });
    },
    submit_with_a_webhook: async (name) => {
      await fal.queue.submit(endpoint, { input: shot, webhookUrl: hook(name) });
      await hooked(name);
    },
    cancel: async () => {
      const { request_id: requestId } = await fal.queue.submit(endpoint, { input: long });
      await fal.queue.cancel(endpoint, { requestId });
      await fal.queue.subscribeToStatus(endpoint, { requestId, pollInterval: 200 });
      expect(await refused(() => fal.queue.result(endpoint, { requestId })), 499);
    },
    stream: async () => {
      const stream = await fal.stream(endpoint, { input: long });
      for await (const _ of stream);
      await stream.done();
    },
    run: async () => {
      await fal.run(endpoint, { input: shot });
    },
    a_request_that_is_wrong: async () => {
      const input = { ...shot, duration: "99" };
      expect(await refused(() => fal.subscribe(endpoint, { input, pollInterval: 200 })), 422);
      expect(await refused(() => fal.run(endpoint, { input })), 422);
      expect(await refused(() => fal.queue.submit("fal-ai/no-such-model/v1", { input })), 404);
    },
    a_key_that_is_wrong: async () => {
      const stranger = createFalClient({ credentials: wrong, requestMiddleware, retry: { maxRetries: 0 } });
      expect(await refused(() => stranger.queue.submit(endpoint, { input: shot })), 401);
      expect(await refused(() => stranger.storage.upload(blob)), 401);
    },
    through_the_proxy: async () => {
      const address = await proxied.storage.upload(blob);
      await proxied.subscribe(endpoint, { input: { ...shot, image_urls: [address] }, logs: true, pollInterval: 200 });
      await proxied.run(endpoint, { input: shot });
    },
    stream_through_the_proxy: async () => {
      await proxied.subscribe(endpoint, { input: long, mode: "streaming", onQueueUpdate: () => {} });
    },
  },
  "@fal-ai/client",
);
