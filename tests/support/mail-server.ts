import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { scratch } from "./scratch.ts";

/** A mail that a server took. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and text, as they came. */
  readonly source: string;
  readonly secure: boolean;
  readonly user: string;
}

/** A mail server of the test's own on a free port of loopback. */
export interface MailServer {
  readonly host: string;
  readonly mails: readonly ReceivedMail[];
  /** How many connections there were. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Serves SMTP until `close`; `answers` are those to the text of a mail, one after the other, before mails are taken. */
export async function serveMail(
  options: SMTPServerOptions,
  answers: readonly number[] = [],
): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const left = [...answers];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ["STARTTLS"] : [],
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const answer = left.shift();
        if (answer !== undefined) return done(Object.assign(new Error("not now"), { responseCode: answer }));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: session.user ?? "",
        });
        return done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A test that fails before it closes its server must end nevertheless.
  server.server.unref();
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    mails,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A certificate for 127.0.0.1 that is its own authority; needs openssl. */
export function selfSigned(): { readonly key: string; readonly cert: string; readonly file: string } {
  const dir = scratch("certificate");
  const file = join(dir, "cert.pem");
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const made = ["-newkey", "rsa:2048", "-nodes", "-keyout", join(dir, "key.pem"), "-out", file];
  execFileSync("openssl", ["req", "-x509", ...names, ...made], { stdio: "ignore" });
  return { key: readFileSync(join(dir, "key.pem"), "utf8"), cert: readFileSync(file, "utf8"), file };
}
