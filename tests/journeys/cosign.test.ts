import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { file, writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { startRegistry } from "../support/registry.ts";
import { run, scratch, seaworthy, tool } from "../support/scratch.ts";

// cosign itself is the truth for its layouts. No registry of packages has the program, and Go takes minutes to build it:
// GOBIN=/tmp/bin go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3; SEAWORTHY_COSIGN=/tmp/bin/cosign npm test

const cosign = process.env["SEAWORTHY_COSIGN"] ?? "";
const skip = cosign === "" ? "needs SEAWORTHY_COSIGN" : needs(cosign, "docker-registry", "skopeo", "openssl");
const type = "https://example.com/p/v1";

test("cosign verifies what seaworthy signs, and seaworthy what cosign signs, with every kind of key", {
  skip,
}, async () => {
  const registry = await startRegistry();
  const dir = scratch("cosign");
  const layout = writeLayout(join(dir, "image"), { layers: [{ items: [file("a", "1")] }] });
  const env = { ...process.env, COSIGN_PASSWORD: "pw", HOME: dir };
  await tool(cosign, ["generate-key-pair"], { cwd: dir, env });
  const kinds = { p256: "EC", p384: "EC", p521: "EC", rsa: "RSA", ed: "ED25519" };
  const curves: Readonly<Record<string, string>> = { p256: "P-256", p384: "P-384", p521: "P-521" };
  for (const [name, algorithm] of Object.entries(kinds)) {
    const curve = curves[name] === undefined ? [] : ["-pkeyopt", `ec_paramgen_curve:${curves[name]}`];
    await tool("openssl", ["genpkey", "-algorithm", algorithm, ...curve, "-out", join(dir, `${name}.key`)]);
    await tool("openssl", [
      "pkey",
      "-in",
      join(dir, `${name}.key`),
      "-pubout",
      "-out",
      join(dir, `${name}.pub`),
    ]);
  }
  for (const name of ["cosign", ...Object.keys(kinds)]) {
    const reference = `${registry.host}/fleet/${name}`;
    const copy = ["copy", "-q", "--insecure-policy", "--preserve-digests", "--dest-tls-verify=false"];
    await tool("skopeo", [...copy, `oci:${layout}:t`, `docker://${reference}:1`]);
    const { stdout } = await signBoth(`${reference}:1`, dir, name);
    const [digest = ""] = /sha256:[0-9a-f]{64}/u.exec(stdout) ?? [];
    const key = ["--key", join(dir, `${name}.pub`), "--insecure-ignore-tlog", "--allow-http-registry"];
    for (const format of ["true", "false"]) {
      const layoutOf = [`--new-bundle-format=${format}`, ...key, `${reference}@${digest}`];
      await tool(cosign, ["verify", ...layoutOf], { env });
      await tool(cosign, ["verify-attestation", "--type", type, ...layoutOf], { env });
      const wrong = layoutOf.map((arg) =>
        arg.replace(`${name}.pub`, name === "p256" ? "rsa.pub" : "p256.pub"),
      );
      assert.notEqual((await run(cosign, ["verify", ...wrong], { env })).code, 0);
    }
  }
  await cosignSigns(`${registry.host}/fleet/theirs`, layout, dir, env);
  registry.close();
});

async function signBoth(reference: string, dir: string, name: string): Promise<{ readonly stdout: string }> {
  const to = ["--key", join(dir, `${name}.key`), "--attach", "--cosign-tag"];
  const env = { COSIGN_PASSWORD: "pw" };
  const predicate = ["--type", type, "--predicate", join(dir, "image/index.json")];
  const attested = await seaworthy(["attest", reference, ...predicate, ...to], { env });
  assert.equal(attested.code, 0, attested.stderr);
  return seaworthy(["sign", reference, ...to], { env });
}

async function cosignSigns(
  reference: string,
  layout: string,
  dir: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const copy = ["copy", "-q", "--insecure-policy", "--preserve-digests", "--dest-tls-verify=false"];
  const key = ["--key", join(dir, "cosign.key"), "--tlog-upload=false", "--use-signing-config=false"];
  for (const format of ["true", "false"]) {
    const name = `${reference}-${format}`;
    await tool("skopeo", [...copy, `oci:${layout}:t`, `docker://${name}:1`]);
    const how = [`--new-bundle-format=${format}`, "--allow-http-registry", "-y"];
    const predicate = ["--type", type, "--predicate", join(layout, "index.json")];
    await tool(cosign, ["sign", ...key, ...how, `${name}:1`], { env });
    await tool(cosign, ["attest", ...key, ...how, ...predicate, `${name}:1`], { env });
    const demands = ["--type", "signature", "--type", type];
    const { code } = await seaworthy(["verify", `${name}:1`, "--key", join(dir, "cosign.pub"), ...demands]);
    assert.equal(code, 0, format);
    const other = await seaworthy(["verify", `${name}:1`, "--key", join(dir, "p256.pub"), ...demands]);
    assert.equal(other.code, 1, format);
  }
}
