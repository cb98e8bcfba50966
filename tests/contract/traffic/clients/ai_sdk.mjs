// What users of ai and @ai-sdk/fal do with video models, each under a name of its own.
//
// The provider's `fetch` sends queue.fal.run here and says which host was meant: the package trusts addresses of the host that it
// asked, so answers must name that one. `download` fetches the clip the same way.
import { createFal } from "@ai-sdk/fal";
import { experimental_generateVideo as generateVideo } from "ai";
import { here, hook, hooked, key, picture, play, refused, wrong } from "./common.mjs";

const words = "fal-ai/kling-video/o1/standard/reference-to-video";
const frames = "fal-ai/kling-video/o1/standard/image-to-video";
const send = (url, options = {}) => {
  const headers = new Headers(options.headers);
  headers.set("x-forwarded-host", new URL(url).host);
  headers.set("x-forwarded-proto", "https");
  return fetch(String(url).replace(new URL(url).origin, here), { ...options, headers });
};
const download = async ({ url }) => {
  const answer = await send(url);
  return { data: new Uint8Array(await answer.arrayBuffer()), mediaType: answer.headers.get("content-type") };
};
const fal = createFal({ apiKey: key, fetch: send });
const poll = { intervalMs: 200, timeoutMs: 60_000 };
const made = async (options) => {
  const { videos } = await generateVideo({ download, poll, maxRetries: 0, ...options });
  if (videos[0].mediaType !== "video/mp4") throw new Error(videos[0].mediaType);
};

await play(
  {
    // The SDK's own `duration` becomes "3s", which this model does not know; options of the provider go as they are.
    generate: () => made({ model: fal.video(words), prompt: "Hold still", aspectRatio: "9:16", seed: 7, providerOptions: { fal: { duration: "10" } } }),
    image_to_video: async () => {
      const start = "data:image/png;base64," + picture().toString("base64");
      const providerOptions = { fal: { duration: "3", start_image_url: start } };
      await made({ model: fal.video(frames), prompt: { text: "Hold still", image: picture() }, providerOptions });
    },
    with_a_webhook: async (name) => {
      const received = hooked(name).then((body) => ({ body, headers: {} }));
      const webhook = async () => ({ url: hook(name), received });
      await made({ model: fal.video(words), prompt: "Hold still", webhook, providerOptions: { fal: { duration: "3" } } });
    },
    the_duration_of_the_sdk: async () => {
      const error = await refused(() => made({ model: fal.video(words), prompt: "Hold still", duration: 3 }));
      console.error(`${error}`);
    },
    a_key_that_is_wrong: async () => {
      const error = await refused(() => made({ model: createFal({ apiKey: wrong, fetch: send }).video(words), prompt: "Hold still" }));
      if (error.statusCode !== 401) throw error;
    },
  },
  "@ai-sdk/fal",
  "ai",
);
