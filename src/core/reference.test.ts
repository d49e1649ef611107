import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { array, constantFrom, sample } from "fast-check";
import { needs } from "../../tests/support/needs.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { codeOf } from "./errors.ts";
import { parseReference, registryReference, splitReference } from "./reference.ts";

const a64 = "a".repeat(64);

// Answers of github.com/distribution/reference v0.6.0.
const good: readonly [
  text: string,
  domain: string,
  path: string,
  tag: string | null,
  digest: string | null,
][] = [
  ["ubuntu", "docker.io", "library/ubuntu", "latest", null],
  ["ubuntu:22.04", "docker.io", "library/ubuntu", "22.04", null],
  ["index.docker.io/ubuntu", "docker.io", "library/ubuntu", "latest", null],
  ["docker.io/foo", "docker.io", "library/foo", "latest", null],
  ["docker.io/foo/bar", "docker.io", "foo/bar", "latest", null],
  ["team/app", "docker.io", "team/app", "latest", null],
  ["localhost/app", "localhost", "app", "latest", null],
  ["localhost:5000", "docker.io", "library/localhost", "5000", null],
  ["localhost:5000/app", "localhost:5000", "app", "latest", null],
  ["ghcr.io/a/b/c:1", "ghcr.io", "a/b/c", "1", null],
  ["[::1]:5000/app", "[::1]:5000", "app", "latest", null],
  ["[fd00:1:2::3]/app:t", "[fd00:1:2::3]", "app", "t", null],
  ["Uppercase/app", "Uppercase", "app", "latest", null],
  ["EXAMPLE.com:443/app", "EXAMPLE.com:443", "app", "latest", null],
  ["foo_bar.com/x", "", "foo_bar.com/x", "latest", null],
  ["a__b/c-----d.e_f", "docker.io", "a__b/c-----d.e_f", "latest", null],
  [`app@sha256:${a64}`, "docker.io", "library/app", null, `sha256:${a64}`],
  [`app:1@sha256:${a64}`, "docker.io", "library/app", "1", `sha256:${a64}`],
  [`app@sha512:${a64}${a64}`, "docker.io", "library/app", null, `sha512:${a64}${a64}`],
  [`app@sha384:${"a".repeat(96)}`, "docker.io", "library/app", null, `sha384:${"a".repeat(96)}`],
  [`sha256:${a64}`, "docker.io", "library/sha256", a64, null],
  [`app:${"t".repeat(128)}`, "docker.io", "library/app", "t".repeat(128), null],
  ["a".repeat(247), "docker.io", `library/${"a".repeat(247)}`, "latest", null],
  [a64.slice(1), "docker.io", `library/${a64.slice(1)}`, "latest", null],
];

const bad: readonly string[] = [
  "",
  ":1",
  "/app",
  "app/",
  "App",
  "docker.io/App",
  "team/App:1",
  "a//b",
  "a___b",
  "a..b",
  "-a",
  "a-",
  "app:",
  "app:-1",
  "app@",
  "app tag",
  "app\n",
  `app:${"t".repeat(129)}`,
  "a".repeat(248),
  a64,
  `app@sha256:${a64.slice(1)}`,
  `app@sha256:${"A".repeat(64)}`,
  `app@SHA256:${a64}`,
  `app@md5:${"a".repeat(32)}`,
  `app@sha256:${a64}:1`,
  "https://example.com/app",
  "[::1/app",
  "-host.example/app",
  "é/app",
  "x".repeat(5000),
];

for (const [text, domain, path, tag, digest] of good)
  test(`parseReference() reads "${text.slice(0, 40)}"`, () => {
    const { canonical, ...parts } = parseReference(text);
    assert.deepEqual(parts, { domain, path, tag, digest });
    const name = domain === "" ? path : `${domain}/${path}`;
    assert.equal(canonical, `${name}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`);
  });

for (const text of bad)
  test(`parseReference() refuses "${text.slice(0, 40)}"`, () =>
    assert.throws(
      () => parseReference(text),
      (thrown) => codeOf(thrown) === "reference-invalid",
    ));

test("parseReference() reads its own canonical text to the same when the domain is one", () => {
  for (const [text, domain] of good)
    if (domain !== "")
      assert.equal(parseReference(parseReference(text).canonical).canonical, parseReference(text).canonical);
});

test("parseReference() takes hostile text in linear time", () => {
  for (const text of ["a-".repeat(2000), "a.".repeat(2000), `${"-".repeat(4000)}a`, "[".repeat(4000)])
    assert.throws(() => parseReference(text));
});

const program = `package main
import ("bufio";"encoding/json";"os";_ "crypto/sha256";_ "crypto/sha512";"github.com/distribution/reference")
type out struct { Domain string \`json:"domain"\`; Path string \`json:"path"\`; Tag *string \`json:"tag"\`; Digest *string \`json:"digest"\`; Canonical string \`json:"canonical"\` }
func main() {
	in := bufio.NewScanner(os.Stdin); enc := json.NewEncoder(os.Stdout); enc.SetEscapeHTML(false)
	for in.Scan() {
		var s string
		if err := json.Unmarshal(in.Bytes(), &s); err != nil { panic(err) }
		n, err := reference.ParseNormalizedNamed(s)
		if err != nil { enc.Encode(nil); continue }
		n = reference.TagNameOnly(n)
		o := out{Domain: reference.Domain(n), Path: reference.Path(n), Canonical: n.String()}
		if t, ok := n.(reference.Tagged); ok { v := t.Tag(); o.Tag = &v }
		if d, ok := n.(reference.Digested); ok { v := d.Digest().String(); o.Digest = &v }
		enc.Encode(o)
	}
}
`;

test("parseReference() agrees with distribution's own code", { skip: needs("go") }, () => {
  const dir = scratch("reference");
  const module = "module oracle\n\ngo 1.20\n\nrequire github.com/distribution/reference v0.6.0\n\n";
  writeFileSync(
    join(dir, "go.mod"),
    `${module}require github.com/opencontainers/go-digest v1.0.0 // indirect\n`,
  );
  writeFileSync(join(dir, "main.go"), program);
  const texts = [...good.map(([text]) => text), ...bad.filter((text) => text.length < 4096), ...generated()];
  const input = texts.map((text) => JSON.stringify(text)).join("\n");
  const env = { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off" };
  const answers = execFileSync("go", ["run", "."], { cwd: dir, env, input, encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  assert.equal(answers.length, texts.length);
  for (const [index, text] of texts.entries())
    assert.deepEqual(answerOf(text), answers[index], JSON.stringify(text));
});

function generated(): readonly string[] {
  const piece = constantFrom(
    ..."aZ0/:@.-_[]".split(""),
    "docker.io",
    "index.docker.io",
    "localhost",
    "library/",
    "app",
    "sha256:",
    "sha512:",
    a64,
    "é",
    "\n",
  );
  return sample(
    array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
    { numRuns: 4000, seed: 7 },
  );
}

function answerOf(text: string): unknown {
  try {
    return parseReference(text);
  } catch {
    return null;
  }
}

const split: readonly (readonly [text: string, name: string, tag: string, digest: string])[] = [
  ["nginx", "nginx", "", ""],
  ["nginx:1", "nginx", "1", ""],
  ["r.io:5000/a", "r.io:5000/a", "", ""],
  ["r.io:5000/a:1@sha256:b", "r.io:5000/a", "1", "sha256:b"],
  ["a@sha256:b", "a", "", "sha256:b"],
  ["", "", "", ""],
];
for (const [text, name, tag, digest] of split)
  test(`splitReference() takes "${text}" apart as it is written`, () => {
    assert.deepEqual(splitReference(text), { name, tag, digest });
  });

const opened: readonly (readonly [text: string, canonical: string | undefined])[] = [
  ["nginx:1.25", "docker.io/library/nginx:1.25"],
  ["docker://ghcr.io/a/b", "ghcr.io/a/b:latest"],
  ["registry:localhost:5000/a:1", "localhost:5000/a:1"],
  ["registry:5000/a:1", "registry:5000/a:1"],
  ["podman:nginx", "docker.io/library/nginx:latest"],
  ["docker-archive:app.tar", undefined],
  ["oci:layout:1", undefined],
  ["oci-archive:layout.tar", undefined],
  ["dir:/srv", undefined],
  ["./app.tar", undefined],
  ["/srv/app.tar", undefined],
  ["No Name", undefined],
];
for (const [text, canonical] of opened)
  test(`registryReference() of "${text}" is ${canonical ?? "none"}`, () => {
    assert.equal(registryReference(text)?.canonical, canonical);
  });
