import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { connect as connectSocket } from "node:net";
import { SeaworthyError } from "../core/errors.ts";
import { unavailable } from "./local-http.ts";

/** A gRPC service behind a Unix socket. */
export interface GrpcClient {
  /**
   * Calls a method (`/package.Service/Method`) and yields its answers, one or many. `metadata` is sent as headers.
   * @throws SeaworthyError `source-unavailable`, or `image-not-found` for the status NOT_FOUND.
   */
  call(
    method: string,
    message: Uint8Array,
    metadata: Readonly<Record<string, string>>,
  ): AsyncIterable<Uint8Array>;
  close(): void;
}

const longestMessage = 32 * 2 ** 20;
const idle = 60_000;

/** Connects at once. `patience`: milliseconds for the first answer's head; a service that is there may then take a minute. */
export function connectGrpc(path: string, patience: number): GrpcClient {
  const session = connect("http://localhost", { createConnection: () => connectSocket(path) });
  let failure: unknown;
  let patienceLeft = patience;
  const onHead = (): void => {
    patienceLeft = idle;
  };
  session.on("error", (thrown) => {
    failure = thrown;
  });
  const failed = (thrown: unknown): SeaworthyError =>
    unavailable({ kind: "socket", path }, failure ?? thrown);
  return {
    async *call(method, message, metadata) {
      try {
        const stream = open(session, method, metadata);
        yield* exchange(stream, method, message, { patience: patienceLeft, onHead });
      } catch (thrown) {
        throw failed(thrown);
      }
    },
    close: () => session.destroy(),
  };
}

function open(
  session: ClientHttp2Session,
  method: string,
  metadata: Readonly<Record<string, string>>,
): ClientHttp2Stream {
  const fixed = { ":method": "POST", ":path": method, "content-type": "application/grpc", te: "trailers" };
  return session.request({ ...fixed, ...metadata });
}

async function* exchange(
  stream: ClientHttp2Stream,
  method: string,
  message: Uint8Array,
  { patience, onHead }: { readonly patience: number; readonly onHead: () => void },
): AsyncGenerator<Uint8Array> {
  const timer = setTimeout(() => stream.destroy(new Error(`no answer in ${patience} ms`)), patience);
  const status = statusOf(stream, () => {
    clearTimeout(timer);
    onHead();
  });
  stream.setTimeout(idle, () => stream.destroy(new Error("the answer stopped coming")));
  try {
    stream.end(frame(message));
    yield* messages(stream);
    check(await status, method);
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

interface Status {
  readonly code: string;
  readonly message: string;
}

// The status is in the trailers, or in the head of an answer that is nothing else.
function statusOf(stream: ClientHttp2Stream, onHead: () => void): Promise<Status> {
  return new Promise((resolve) => {
    let code: string | undefined;
    let message = "";
    const take = (headers: Readonly<Record<string, unknown>>): void => {
      if (typeof headers["grpc-status"] === "string") code = headers["grpc-status"];
      if (typeof headers["grpc-message"] === "string") message = headers["grpc-message"];
    };
    stream.on("response", (headers) => {
      onHead();
      take(headers);
    });
    stream.on("trailers", take);
    stream.on("error", () => {});
    stream.once("close", () => resolve({ code: code ?? "none", message }));
  });
}

function check({ code, message }: Status, method: string): void {
  if (code === "0") return;
  const name = method.split("/").at(-1) ?? method;
  const state = message === "" ? `status ${code}` : message.slice(0, 300);
  throw new SeaworthyError(code === "5" ? "image-not-found" : "source-unavailable", `call ${name}: ${state}`);
}

// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: a flag byte (compressed?), four bytes of length, the message.
function frame(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

async function* messages(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of stream) {
    parts.push(chunk);
    held += chunk.length;
    if (held < wanted(parts)) continue;
    const all = Buffer.concat(parts);
    let at = 0;
    while (all.length - at >= 5 && all.length - at >= 5 + lengthAt(all, at)) {
      const end = at + 5 + lengthAt(all, at);
      yield all.subarray(at + 5, end);
      at = end;
    }
    parts = [all.subarray(at)];
    held = all.length - at;
  }
  if (held > 0) throw new SeaworthyError("source-unavailable", "read answer: it breaks off inside a message");
}

// Bytes of the first message as far as its head is there: nothing is joined before all of it has come.
function wanted(parts: readonly Uint8Array[]): number {
  const [first = new Uint8Array()] = parts;
  const head = first.length >= 5 ? first : Buffer.concat(parts).subarray(0, 5);
  return head.length < 5 ? 5 : 5 + lengthAt(Buffer.from(head.subarray(0, 5)), 0);
}

function lengthAt(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0) throw new SeaworthyError("unsupported", "read answer: the message is compressed");
  const length = bytes.readUInt32BE(at + 1);
  if (length > longestMessage)
    throw new SeaworthyError(
      "limit-exceeded",
      `read answer: a message of ${length} bytes, above ${longestMessage}`,
    );
  return length;
}
