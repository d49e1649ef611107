import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { z } from "zod";
import { file, writeLayout } from "../support/image.ts";
import { needs, needsShared, repository } from "../support/needs.ts";
import { type Registry, startReferrersRegistry, startRegistry } from "../support/registry.ts";
import { type Outcome, scratch, seaworthy, tool } from "../support/scratch.ts";
import { keyPair, makeSigstore } from "../support/sigstore.ts";

// seaworthy attest and verify on real registries: docker-registry knows no referrers, ../shared/testregistry does.

const noReferrers = needs("docker-registry", "skopeo", "htpasswd");
const withReferrers = needsShared("testregistry/main.go") || needs("go", "skopeo");
const user = { name: "captain", password: "p:ss word" };
const dir = scratch("trust");
const path = (name: string): string => join(dir, name);
const ours = keyPair();
const theirs = keyPair();
const layout = writeLayout(path("image"), { layers: [{ items: [file("a", "1")] }] });
const indexJson = z.object({
  manifests: z.array(z.object({ digest: z.string(), size: z.number(), mediaType: z.string() })),
});
const [image] = indexJson.parse(JSON.parse(readFileSync(join(layout, "index.json"), "utf8"))).manifests;
const digest = image?.digest ?? "";
const type = "https://example.com/p/v1";

const answer = z.object({
  state: z.string(),
  subjects: z.array(z.string()),
  demands: z.array(z.object({ type: z.string(), state: z.string() })),
  items: z.array(
    z.object({
      kind: z.string(),
      state: z.string(),
      source: z.string(),
      predicateType: z.string().nullable(),
      reason: z.object({ code: z.string() }).nullable(),
    }),
  ),
  incomplete: z.array(z.string()),
});

for (const [name, { key, pem }] of Object.entries({ ours, theirs })) {
  writeFileSync(path(`${name}.pub`), pem);
  writeFileSync(path(`${name}.key`), key.export({ type: "pkcs8", format: "pem" }));
}
writeFileSync(path("p.json"), '{"exact": 12345678901234567890, "float": 1.0}\n');
writeFileSync(path("bom.json"), '{"bomFormat":"CycloneDX"}');

interface Verified {
  readonly code: number | null;
  readonly facts: z.infer<typeof answer>;
}

async function verify(reference: string, ...args: readonly string[]): Promise<Verified> {
  const { code, stdout, stderr } = await seaworthy(["verify", reference, "-f", "json", ...args]);
  assert.equal(stderr, "");
  return { code, facts: answer.parse(JSON.parse(stdout)) };
}

function attest(reference: string, ...args: readonly string[]): Promise<Outcome> {
  return seaworthy(["attest", reference, "--predicate", path("p.json"), "--key", path("ours.key"), ...args]);
}

async function push(host: string, name: string, ...more: readonly string[]): Promise<string> {
  const copy = [
    "copy",
    "--quiet",
    "--insecure-policy",
    "--preserve-digests",
    "--dest-tls-verify=false",
    ...more,
  ];
  await tool("skopeo", [...copy, `oci:${layout}:t`, `docker://${host}/${name}`]);
  return `${host}/${name}`;
}

const kinds = [
  { name: "a registry without referrers", skip: noReferrers, start: startRegistry, listed: false },
  { name: "a registry with referrers", skip: withReferrers, start: startReferrersRegistry, listed: true },
];

for (const { name, skip, start, listed } of kinds)
  suite(`attest and verify through ${name}`, () => {
    let registry: Registry;
    before(async () => {
      if (skip === false) registry = await start();
    });
    after(() => {
      if (skip === false) registry.close();
    });

    test("what was attached is found, whoever attached before", { skip }, async () => {
      const reference = await push(registry.host, "fleet/app:1");
      assert.equal((await verify(reference, "--key", path("ours.pub"), "--type", type)).code, 3);
      const places: string[][] = [];
      for (let index = 0; index < 5; index += 1) {
        const { code, stdout, stderr } = await attest(reference, "--type", `${type}/${index}`, "--attach");
        assert.deepEqual([code, stderr], [0, ""]);
        places.push(stdout.trim().split("\n"));
      }
      const expected = listed ? [""] : ["", "", ".att"];
      assert.deepEqual(
        places[0]
          ?.slice(1)
          .map(
            (place) =>
              /^(?:referrer sha256:[0-9a-f]{64}|tag sha256-[0-9a-f]{64}(.*))$/u.exec(place)?.[1] ?? "",
          ),
        expected,
      );
      const demands = [0, 1, 2, 3, 4].flatMap((index) => ["--type", `${type}/${index}`]);
      const { code, facts } = await verify(reference, "--key", path("ours.pub"), ...demands);
      assert.deepEqual([code, facts.state, facts.subjects], [0, "verified", [digest]]);
      assert.equal(facts.items.length, listed ? 5 : 10);
      assert.ok(facts.items.every(({ kind, state }) => kind === "attestation" && state === "verified"));
      assert.equal((await verify(reference, "--key", path("theirs.pub"), ...demands)).code, 1);
      assert.equal((await verify(reference, "--key", path("ours.pub"), "--type", "scan")).code, 3);
      assert.equal((await verify(reference, "--key", path("ours.pub"))).code, 3);
    });

    test("cosign's tag is written on demand, and is enough", { skip }, async () => {
      const reference = await push(registry.host, "fleet/tagged:1");
      const { stdout } = await attest(reference, "--type", type, "--attach", "--cosign-tag");
      assert.match(stdout, /tag sha256-[0-9a-f]{64}\.att/u);
      const copied = `${registry.host}/fleet/copied`;
      const copy = [
        "copy",
        "--quiet",
        "--insecure-policy",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
      ];
      const tag = `${digest.replace(":", "-")}.att`;
      await push(registry.host, "fleet/copied:1");
      await tool("skopeo", [
        ...copy,
        `docker://${registry.host}/fleet/tagged:${tag}`,
        `docker://${copied}:${tag}`,
      ]);
      const { code, facts } = await verify(`${copied}:1`, "--key", path("ours.pub"), "--type", type);
      assert.equal(code, 0);
      assert.deepEqual(
        facts.items.map(({ source }) => source),
        [`tag ${tag}`],
      );
    });

    test("a signature is made and found", { skip }, async () => {
      const reference = await push(registry.host, "fleet/signed:1");
      const signed = await seaworthy([
        "sign",
        reference,
        "--key",
        path("ours.key"),
        "--attach",
        "--cosign-tag",
      ]);
      assert.deepEqual([signed.code, signed.stderr], [0, ""]);
      await seaworthy(["sign", reference, "--key", path("theirs.key"), "--attach", "--cosign-tag"]);
      for (const key of ["ours.pub", "theirs.pub"]) {
        const { code, facts } = await verify(reference, "--key", path(key));
        assert.equal(code, 0);
        assert.deepEqual(
          facts.items.map(({ kind, state }) => `${kind} ${state}`),
          ["verified", "verified", "invalid", "invalid"].map((state) => `signature ${state}`),
        );
      }
    });

    test("a bad one beside a good one is told and changes nothing", { skip }, async () => {
      const reference = await push(registry.host, "fleet/both:1");
      await attest(reference, "--type", type, "--attach", "--key", path("theirs.key"));
      assert.equal((await verify(reference, "--key", path("ours.pub"), "--type", type)).code, 1);
      await attest(reference, "--type", type, "--attach");
      const { code, facts } = await verify(reference, "--key", path("ours.pub"), "--type", type);
      assert.equal(code, 0);
      const states = new Set(facts.items.map(({ state, reason }) => `${state} ${reason?.code ?? ""}`));
      assert.deepEqual([...states], ["verified ", "invalid signature-wrong"]);
    });

    test("an attestation that was moved to another image is not one of it", { skip }, async () => {
      const reference = await push(registry.host, "fleet/moved:1");
      const other = writeLayout(join(scratch("other"), "i"), { layers: [{ items: [file("a", "2")] }] });
      const copy = ["copy", "--quiet", "--insecure-policy", "--preserve-digests", "--dest-tls-verify=false"];
      await tool("skopeo", [...copy, `oci:${other}:t`, `docker://${registry.host}/fleet/moved:2`]);
      await attest(reference, "--type", type, "--bundle", path("moved.json"));
      const args = ["--key", path("ours.pub"), "--type", type, "--bundle", path("moved.json")];
      assert.equal((await verify(reference, ...args)).code, 0);
      const { code, facts } = await verify(`${registry.host}/fleet/moved:2`, ...args);
      assert.deepEqual([code, facts.items[0]?.reason?.code], [1, "subject-mismatch"]);
    });
  });

test("attest and verify log in as scan does", { skip: noReferrers }, async () => {
  const registry = await startRegistry(user);
  const reference = await push(registry.host, "fleet/app:1", `--dest-creds=${user.name}:${user.password}`);
  const config = scratch("docker");
  mkdirSync(config, { recursive: true });
  const auth = Buffer.from(`${user.name}:${user.password}`).toString("base64");
  writeFileSync(join(config, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  const env = { DOCKER_CONFIG: config };
  const say = [
    "attest",
    reference,
    "--predicate",
    path("p.json"),
    "--type",
    type,
    "--key",
    path("ours.key"),
    "--attach",
  ];
  const refused = await seaworthy(say);
  assert.match(refused.stderr, /^seaworthy: auth-failed: /u);
  const done = await seaworthy(say, { env });
  assert.deepEqual([done.code, done.stderr], [0, ""]);
  const found = await seaworthy(["verify", reference, "--key", path("ours.pub"), "--type", type], { env });
  assert.equal(found.code, 0);
  for (const said of [done.stdout, refused.stderr, found.stdout])
    assert.ok(!said.includes("p:ss") && !said.includes(auth) && !said.includes("PRIVATE"));
  registry.close();
});

suite("attest and verify without a registry", () => {
  test("a bundle is made of a layout and verified offline, by reference and digest alone, too", async () => {
    const { code, stdout } = await attest(`oci:${layout}`, "--type", type, "--bundle", path("b.json"));
    assert.deepEqual([code, stdout], [0, `${type} of ${digest}\n`]);
    const args = ["--offline", "--key", path("ours.pub"), "--type", type, "--bundle", path("b.json")];
    assert.equal((await verify(`oci:${layout}`, ...args)).code, 0);
    const { code: alone, facts } = await verify(`registry.example/fleet/app@${digest}`, ...args);
    assert.deepEqual([alone, facts.incomplete.length], [0, 1]);
    const envelope = z.object({ dsseEnvelope: z.object({ payload: z.string() }) });
    const { payload } = envelope.parse(JSON.parse(readFileSync(path("b.json"), "utf8"))).dsseEnvelope;
    const statement = Buffer.from(payload, "base64").toString();
    assert.ok(statement.includes('"predicate":{"exact": 12345678901234567890, "float": 1.0}}'), statement);
    const twoLines = `${readFileSync(path("b.json"), "utf8")}\n${readFileSync(path("b.json"), "utf8")}\n`;
    writeFileSync(path("two.jsonl"), twoLines);
    const { facts: both } = await verify(`oci:${layout}`, ...args.slice(0, -1), path("two.jsonl"));
    assert.equal(both.items.length, 2);
  });

  test("the same statement is the same bytes where the key's algorithm has no chance in it", async () => {
    const dirs = scratch("ed");
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(join(dirs, "key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const runs = await Promise.all(
      ["one", "two"].map(async (name) => {
        await attest(
          `oci:${layout}`,
          "--type",
          type,
          "--key",
          join(dirs, "key"),
          "--bundle",
          join(dirs, name),
        );
        return readFileSync(join(dirs, name), "utf8");
      }),
    );
    assert.equal(runs[0], runs[1]);
  });

  test("a layout has what hangs on its image", async () => {
    const signed = writeLayout(join(scratch("signed"), "i"), { layers: [{ items: [file("a", "1")] }] });
    attachInLayout(signed, JSON.parse(readFileSync(await bundleFile(), "utf8")));
    const { code, facts } = await verify(
      `oci:${signed}`,
      "--offline",
      "--key",
      path("ours.pub"),
      "--type",
      type,
    );
    assert.equal(code, 0);
    assert.match(facts.items[0]?.source ?? "", /^referrer sha256:/u);
    const scanned = await seaworthy(["scan", `oci:${signed}`, "-f", "json", "--offline"]);
    assert.doesNotMatch(scanned.stdout, /image-ambiguous/u);
  });

  test("keyless signatures are verified by a given root, as a bundle and in cosign's layout", async () => {
    const sigstore = await makeSigstore();
    const [identity, issuer] = ["https://forge.example/app@refs/tags/v1", "https://issuer.example"];
    const signer = await sigstore.signer({ identity, issuer });
    writeFileSync(path("root.json"), JSON.stringify(sigstore.root()));
    const hex = digest.slice(7);
    const statement = {
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: hex } }],
      predicateType: type,
      predicate: {},
    };
    writeFileSync(
      path("k.json"),
      JSON.stringify(await signer.bundle(Buffer.from(JSON.stringify(statement)))),
    );
    const signed = writeLayout(join(scratch("signed"), "i"), { layers: [{ items: [file("a", "1")] }] });
    const payload = simpleSigning();
    tagInLayout(signed, payload, await signer.annotations(payload));
    const root = [
      "--offline",
      "--trusted-root",
      path("root.json"),
      "--bundle",
      path("k.json"),
      "--type",
      type,
      "--type",
      "signature",
    ];
    const who = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer];
    const { code, facts } = await verify(`oci:${signed}`, ...root, ...who);
    assert.deepEqual(
      [code, facts.items.map(({ kind, state }) => `${kind} ${state}`)],
      [0, ["signature verified", "attestation verified"]],
    );
    const others: readonly (readonly string[])[] = [
      ["--certificate-identity", identity.slice(0, -1), "--certificate-oidc-issuer", issuer],
      ["--certificate-identity-glob", "https://forge.example/*", "--certificate-oidc-issuer", `${issuer}/`],
    ];
    for (const other of others) assert.equal((await verify(`oci:${signed}`, ...root, ...other)).code, 1);
    const glob = [
      "--certificate-identity-glob",
      "https://forge.example/app@refs/tags/*",
      "--certificate-oidc-issuer",
      issuer,
    ];
    assert.equal((await verify(`oci:${signed}`, ...root, ...glob)).code, 0);
  });

  test("what is wrong on the command line or in the user's files is an error", async () => {
    const where = `oci:${layout}`;
    const key = ["--key", path("ours.pub")];
    writeFileSync(path("bad.json"), "{");
    writeFileSync(
      path("report.json"),
      JSON.stringify({ image: { digest: `sha256:${"0".repeat(64)}` }, verdict: {} }),
    );
    const root = [
      "--trusted-root",
      path("bom.json"),
      "--certificate-identity",
      "x",
      "--certificate-oidc-issuer",
      "y",
    ];
    const rows: readonly (readonly [readonly string[], string])[] = [
      [["verify", where], "usage"],
      [["verify", ...key], "usage"],
      [["verify", where, ...key, "--type", "sbom"], "usage"],
      [["verify", where, ...key, "--certificate-identity", "x"], "usage"],
      [["verify", where, "--trusted-root", path("bom.json")], "usage"],
      [["verify", where, ...root], "malformed"],
      [["verify", where, ...key, "--bundle", path("bad.json")], "malformed"],
      [["verify", where, ...key, "--bundle", path("nowhere.json")], "usage"],
      [["verify", where, "--key", path("ours.key")], "malformed"],
      [["verify", `docker-archive:${path("x.tar")}`, ...key], "usage"],
      [["verify", "registry.example/app:1", ...key, "--offline"], "network-refused"],
      [["verify", `oci:${path("nowhere")}`, ...key], "image-not-found"],
      [["attest", where, "--type", type, "--predicate", path("p.json"), "--key", path("ours.key")], "usage"],
      [
        [
          "attest",
          where,
          "--type",
          type,
          "--predicate",
          path("p.json"),
          "--key",
          path("ours.key"),
          "--attach",
        ],
        "usage",
      ],
      [
        [
          "attest",
          where,
          "--type",
          type,
          "--predicate",
          path("bad.json"),
          "--key",
          path("ours.key"),
          "--bundle",
          "-",
        ],
        "malformed",
      ],
      [
        [
          "attest",
          where,
          "--type",
          "sbom-spdx",
          "--predicate",
          path("bom.json"),
          "--key",
          path("ours.key"),
          "--bundle",
          "-",
        ],
        "malformed",
      ],
      [
        [
          "attest",
          where,
          "--type",
          "scan",
          "--predicate",
          path("report.json"),
          "--key",
          path("ours.key"),
          "--bundle",
          "-",
        ],
        "digest-mismatch",
      ],
      [
        [
          "attest",
          where,
          "--type",
          "verdict",
          "--predicate",
          path("bom.json"),
          "--key",
          path("ours.key"),
          "--bundle",
          "-",
        ],
        "malformed",
      ],
      [
        [
          "attest",
          where,
          "--type",
          type,
          "--predicate",
          path("p.json"),
          "--key",
          path("ours.pub"),
          "--bundle",
          "-",
        ],
        "malformed",
      ],
      [
        [
          "attest",
          where,
          "--type",
          type,
          "--predicate",
          path("p.json"),
          "--key",
          "env://NOT_SET_ANYWHERE",
          "--bundle",
          "-",
        ],
        "usage",
      ],
    ];
    for (const [args, code] of rows) {
      const { code: exit, stderr } = await seaworthy(args);
      assert.equal(exit, 2, args.join(" "));
      assert.match(stderr, new RegExp(`^seaworthy: ${code}: .+\n$`, "u"), args.join(" "));
    }
  });

  test("names of strangers reach the terminal without control characters", async () => {
    const hostile = `${type}/\u001B[31m`;
    const statement = JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: digest.slice(7) } }],
      predicateType: hostile,
      predicate: {},
    });
    const payload = Buffer.from(statement).toString("base64");
    const bundle = JSON.parse(readFileSync(await bundleFile(), "utf8"));
    bundle.dsseEnvelope.payload = payload;
    writeFileSync(path("hostile.json"), JSON.stringify(bundle));
    const { code, stdout } = await seaworthy([
      "verify",
      `oci:${layout}`,
      "--key",
      path("ours.pub"),
      "--bundle",
      path("hostile.json"),
    ]);
    assert.equal(code, 3);
    assert.ok(!stdout.includes("\u001B") && stdout.includes("\\u{1b}"));
  });
});

test("the list of commands is told, and an image scanned, without a package of sigstore", async () => {
  const script = `
    const { createRequire } = await import("node:module");
    const { main } = await import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)});
    const out = { write: () => true };
    await main(["--help"], { stdout: out, stderr: out, stdin: process.stdin, env: {}, cwd: "/", today: "2026-01-01" }, "0");
    const env = { HOME: ${JSON.stringify(dir)}, XDG_DATA_HOME: ${JSON.stringify(dir)}, SEAWORTHY_DB: "" };
    const args = ["scan", "oci:${layout}", "--offline", "--no-cache", "-f", "json=" + ${JSON.stringify(path("unsigned.json"))}];
    const code = await main(args, { stdout: out, stderr: out, stdin: process.stdin, env, cwd: ${JSON.stringify(dir)}, today: "2026-01-01" }, "0");
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => /sigstore|tweetnacl/.test(file));
    await import("@sigstore/verify");
    const able = Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes("sigstore"));
    console.log(JSON.stringify({ loaded, able, code }));`;
  const args = ["--input-type=module", "--eval", script];
  const said = await tool(process.execPath, args, { cwd: repository });
  assert.deepEqual(JSON.parse(said), { loaded: [], able: true, code: 3 });
});

async function bundleFile(): Promise<string> {
  await attest(`oci:${layout}`, "--type", type, "--bundle", path("made.json"));
  return path("made.json");
}

function simpleSigning(): Buffer {
  const critical = {
    identity: { "docker-reference": "registry.example/app" },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

interface Entry {
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function attachInLayout(to: string, bundle: unknown): void {
  const artifactType = "application/vnd.dev.sigstore.bundle.v0.3+json";
  const layers = [{ ...put(to, JSON.stringify(bundle)), mediaType: artifactType }];
  addManifest(
    to,
    { schemaVersion: 2, artifactType, config: put(to, "{}"), layers, subject: image },
    { artifactType },
  );
}

function tagInLayout(to: string, payload: Buffer, annotations: Readonly<Record<string, string>>): void {
  const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
  const layers = [{ ...put(to, payload), mediaType, annotations }];
  const name = { "org.opencontainers.image.ref.name": `${digest.replace(":", "-")}.sig` };
  addManifest(to, { schemaVersion: 2, config: put(to, "{}"), layers }, { annotations: name });
}

function addManifest(to: string, manifest: object, entry: Entry): void {
  const written = JSON.parse(readFileSync(join(to, "index.json"), "utf8"));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const all = [...written.manifests, { ...put(to, JSON.stringify(manifest)), mediaType, ...entry }];
  writeFileSync(join(to, "index.json"), JSON.stringify({ ...written, manifests: all }));
}

function put(to: string, content: string | Buffer): { readonly digest: string; readonly size: number } {
  const bytes = Buffer.from(content);
  const hex = createHash("sha256").update(bytes).digest("hex");
  writeFileSync(join(to, "blobs/sha256", hex), bytes);
  return { digest: `sha256:${hex}`, size: bytes.length };
}
