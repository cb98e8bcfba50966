// What users of @tanstack/ai and @tanstack/ai-fal do with video models, each under a name of its own; the adapter takes a `fetch`.
import { generateVideo, getVideoJobStatus } from "@tanstack/ai";
import { falVideo } from "@tanstack/ai-fal";
import { here, key, picture, play, refused, wrong } from "./common.mjs";

const words = "fal-ai/kling-video/o1/standard/reference-to-video";
const frames = "fal-ai/kling-video/o1/standard/image-to-video";
const send = (url, options) => fetch(String(url).replace("https://queue.fal.run", here + "/queue"), options);
const adapter = (model, apiKey = key) => falVideo(model, { apiKey, fetch: send });

const ended = async (model, options) => {
  const { jobId } = await generateVideo({ adapter: model, ...options });
  for (;;) {
    const job = await getVideoJobStatus({ adapter: model, jobId });
    if (job.status === "completed" || job.status === "failed") return job;
    await new Promise((next) => setTimeout(next, 200));
  }
};
const source = { type: "data", mimeType: "image/png", value: picture().toString("base64") };

await play(
  {
    generate_and_poll: async () => {
      const job = await ended(adapter(words), { prompt: "Hold still", duration: "10", size: "9:16" });
      if (!(await fetch(job.url)).ok) throw new Error(JSON.stringify(job));
    },
    stream_of_the_job: async () => {
      const chunks = generateVideo({ adapter: adapter(words), prompt: "Hold still", duration: "3", stream: true, pollingInterval: 200 });
      for await (const chunk of chunks) if (chunk.type === "RUN_ERROR") throw new Error(JSON.stringify(chunk));
    },
    image_to_video: async () => {
      const prompt = [
        { type: "text", content: "Hold still" },
        { type: "image", source, metadata: { role: "start_frame" } },
      ];
      const job = await ended(adapter(frames), { prompt, duration: "3" });
      if (job.status !== "completed") throw new Error(JSON.stringify(job));
    },
    reference_images: async () => {
      const prompt = [
        { type: "text", content: "Hold still" },
        { type: "image", source, metadata: { role: "reference" } },
      ];
      await ended(adapter(words), { prompt, duration: "3" });
    },
    a_request_that_is_wrong: async () => {
      const seen = await ended(adapter(words), { prompt: "x", duration: "99" }).catch((error) => error);
      console.error(`${seen.error ?? seen}`);
    },
    a_key_that_is_wrong: async () => {
      await refused(() => generateVideo({ adapter: adapter(words, wrong), prompt: "Hold still", duration: "3" }));
    },
  },
  "@tanstack/ai-fal",
  "@tanstack/ai",
);
