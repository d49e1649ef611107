import type { ServerResponse } from "node:http";
import { after } from "node:test";
import { serve, type TestServer } from "./serve.ts";

/** A request that a receiver was sent. */
export interface Posted {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A receiver of alerts on a free port of loopback. */
export interface HttpReceiver extends TestServer {
  readonly posts: readonly Posted[];
}

// A test that fails before it closes its servers must end nevertheless.
const open: TestServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

/** Takes requests until `close`; `answer` gets the number of the request, from 1. */
export async function receive(
  answer: (response: ServerResponse, number: number) => void,
): Promise<HttpReceiver> {
  const posts: Posted[] = [];
  const server = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "" } = request;
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      posts.push({
        method,
        path,
        headers: Object.fromEntries(headers),
        body: Buffer.concat(chunks).toString(),
      });
      answer(response, posts.length);
    });
  });
  open.push(server);
  return { ...server, posts };
}
