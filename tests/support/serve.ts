import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A server of the test's own on a free port of loopback. */
export interface TestServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  close(): Promise<void>;
}

/** Serves HTTP until `close`. */
export async function serve(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return testServer(server);
}

function testServer(server: Server): TestServer {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of loopback that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A program that runs beside the test. */
export interface Running {
  stop(): Promise<void>;
}

/**
 * Starts a program and waits until something listens at `address` (a port of loopback, or a socket's path).
 * @throws Error with the program's last words when it ends, or does not listen within 20 seconds.
 */
export async function start(
  program: string,
  args: readonly string[],
  address: number | string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Running> {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const stopAtExit = (): void => void child.kill("SIGKILL");
  process.on("exit", stopAtExit);
  let words = "";
  const listen = (chunk: Buffer): void => {
    words = `${words}${chunk.toString()}`.slice(-2000);
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  child.once("error", (thrown) => {
    words += thrown.message;
  });
  const running: Running = {
    async stop() {
      process.off("exit", stopAtExit);
      await end(child);
    },
  };
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (child.exitCode !== null || child.pid === undefined) break;
    if (await listens(address)) return running;
    await pause(50);
  }
  await running.stop();
  throw new Error(`start ${program}: it does not listen at ${address}\n${words}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => {
    child.once("close", resolve);
  });
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(killer);
}

function listens(address: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof address === "number" ? connect(address, "127.0.0.1") : connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
