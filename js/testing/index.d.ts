/** A request, as `GET /requests/{id}` shows it. */
export interface ShotRequest {
  id: string;
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  endpoint_id: string;
  arguments: Record<string, unknown> | null;
  error: { type: string; message: string } | null;
  video_url: string | null;
  [name: string]: unknown;
}

/** Anything with `@fal-ai/client`'s `config`. */
export interface FalClient {
  config(options: { credentials: string; requestMiddleware: (request: any) => Promise<any> }): void;
}

export interface StartOptions {
  /** What renders: "testcard" (the default) or "draft". */
  engine?: string;
  /** How Shotwright is called here, such as ["python", "-m", "shotwright"]. */
  command?: string[];
  /** Further settings of the server. */
  env?: Record<string, string>;
}

export class Shotwright {
  readonly url: string;
  readonly engine: string;
  readonly env: Record<string, string>;
  configure(fal: FalClient): void;
  redirect<R extends { url: string; headers?: Record<string, unknown> }>(request: R): R;
  fault(kind: string | null): void;
  clear(): Promise<void>;
  requests(): Promise<ShotRequest[]>;
  last(): Promise<ShotRequest>;
  wait(id?: string, seconds?: number): Promise<ShotRequest>;
  plan(id?: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export function startShotwright(options?: StartOptions): Promise<Shotwright>;
