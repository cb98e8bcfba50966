// A Shotwright server for the tests of an application: a database and files of its own, gone when it stops.
import { spawn } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const KEY = "shotwright-test";
const ENDED = new Set(["succeeded", "failed", "cancelled"]);
const POLL_MS = 50;
const STOP_MS = 20_000;
const START_MS = 60_000;
const KEPT_OF_LOG = 2000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that runs for tests. Made by `startShotwright`. */
export class Shotwright {
  #process;
  #folder;
  #before = new Set();
  #fault = null;

  constructor(url, engine, process, folder) {
    this.url = url;
    this.engine = engine;
    this.#process = process;
    this.#folder = folder;
  }

  /** What clients find in their environment: addresses of this server, and keys that reach no paid account. */
  get env() {
    return { SHOTWRIGHT_URL: this.url, FAL_KEY: KEY, EACHLABS_API_KEY: KEY, OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${this.url}/v1` };
  }

  /** Point `@fal-ai/client` here: `shotwright.configure(fal)`. */
  configure(fal) {
    fal.config({ credentials: KEY, requestMiddleware: async (request) => this.redirect(request) });
  }

  /** A request of `@fal-ai/client` as it goes to this server; for middleware of your own. */
  redirect(request) {
    const url = request.url
      .replace("https://queue.fal.run", `${this.url}/queue`)
      .replace("https://fal.run", this.url)
      .replace(/^https:\/\/rest(\.alpha)?\.fal\.ai/, `${this.url}/rest`);
    const headers = this.#fault === null ? request.headers : { ...request.headers, "X-Shotwright-Fault": this.#fault };
    return { ...request, url, headers };
  }

  /** Have everything that `@fal-ai/client` sends go wrong, until `fault(null)`: "rate_limit", "content_policy", "slow=3". */
  fault(kind) {
    this.#fault = kind;
  }

  /** Forget the requests so far and every fault: call it before each test. */
  async clear() {
    this.#fault = null;
    this.#before = new Set((await this.#rows()).map((row) => row.id));
  }

  /** The requests since the start or the last `clear`, oldest first, as `GET /requests/{id}` shows them. */
  async requests() {
    return (await this.#rows()).reverse().filter((row) => !this.#before.has(row.id));
  }

  /** The newest of them. */
  async last() {
    const found = await this.requests();
    if (!found.length) throw new Error("No request came to Shotwright in this test.");
    return found.at(-1);
  }

  /** A request at its end; without an id, the newest one. */
  async wait(id, seconds = 60) {
    const wanted = id ?? (await this.last()).id;
    const until = Date.now() + seconds * 1000;
    for (;;) {
      const row = await this.#get(`/requests/${wanted}`);
      if (ENDED.has(row.state)) return row;
      if (Date.now() > until) throw new Error(`The request ${wanted} is ${row.state} after ${seconds} s.`);
      await pause(POLL_MS);
    }
  }

  /** What a request was understood as: camera, entities, actions, warnings. */
  async plan(id) {
    return this.#get(`/requests/${id ?? (await this.last()).id}/plan`);
  }

  /** End the server and remove what it kept. Ends by itself when the tests' process does. */
  async stop() {
    process.off("exit", this.#process.killNow);
    await ended(this.#process);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #rows() {
    return (await this.#get("/requests?limit=500")).requests;
  }

  async #get(path) {
    const answer = await fetch(this.url + path, { headers: { "X-API-Key": KEY } });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

/**
 * Start a server, and wait until it is ready.
 *
 * @param {object} options
 * @param {string} options.engine What renders: "testcard" (colour bars, a third of a second) or "draft" (the prompt, drawn).
 * @param {string[]} options.command How Shotwright is called here; SHOTWRIGHT_COMMAND, or `shotwright`, where nothing is said.
 * @param {Record<string, string>} options.env Further settings, such as SHOTWRIGHT_WORKERS.
 * @returns {Promise<Shotwright>}
 */
export async function startShotwright({ engine = "testcard", command, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "shotwright-test-"));
  chmodSync(folder, 0o755); // a database that an administrator starts runs as somebody else
  const [program, ...before] = command ?? (process.env.SHOTWRIGHT_COMMAND ?? "shotwright").split(" ");
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SHOTWRIGHT_")));
  const log = openSync(join(folder, "log"), "w");
  const server = spawn(program, [...before, "serve", "--port", "0", "--data", join(folder, "data")], {
    stdio: ["ignore", "pipe", log],
    env: { ...inherited, SHOTWRIGHT_ENGINE: engine, SHOTWRIGHT_FAULTS: "1", ...env },
  });
  closeSync(log);
  server.killNow = () => server.kill("SIGTERM");
  process.on("exit", server.killNow);
  try {
    const url = await address(server, program);
    server.unref();
    server.stdout.unref?.();
    return new Shotwright(url, engine, server, folder);
  } catch (error) {
    process.off("exit", server.killNow);
    server.kill("SIGKILL");
    const said = readFileSync(join(folder, "log"), "utf8").trim().slice(-KEPT_OF_LOG);
    rmSync(folder, { recursive: true, force: true });
    throw new Error(said ? `${error.message}\n${said}` : error.message);
  }
}

function address(server, program) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("The Shotwright server was not ready after a minute.")), START_MS);
    const end = (settle, value) => {
      clearTimeout(late);
      settle(value);
    };
    server.once("error", (error) =>
      end(reject, error.code === "ENOENT" ? new Error(`There is no program "${program}". Install it with: pip install shotwright, or set SHOTWRIGHT_COMMAND.`) : error),
    );
    server.once("exit", (code) => end(reject, new Error(`The Shotwright server did not start: it ended with ${code}.`)));
    createInterface({ input: server.stdout }).on("line", (line) => {
      const found = /is ready: (https?:\/\/\S+)/.exec(line);
      if (found) end(resolve, found[1]);
    });
  });
}

function ended(server) {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  server.ref();
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.kill("SIGKILL"), STOP_MS);
    server.once("exit", () => {
      clearTimeout(patience);
      resolve();
    });
    server.kill("SIGTERM");
  });
}
