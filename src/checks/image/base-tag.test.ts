import assert from "node:assert/strict";
import { test } from "node:test";
import { indexedImage } from "../../../tests/support/indexed.ts";
import { ownTag } from "./base-tag.ts";

const rows: readonly (readonly [reference: string, latest: boolean])[] = [
  ["docker://example.org/app", true],
  ["registry:example.org/app:latest", true],
  ["podman:app", true],
  ["containerd:docker.io/library/app:latest", true],
  ["example.org:5000/app:latest", true],
  ["app:latest", true],
  ["app:1.2", false],
  ["registry:example.org/app:1", false],
  [`registry:app:latest@sha256:${"ab".repeat(32)}`, false],
  ["app", false],
  ["./app.tar", false],
  ["oci:dir:latest", false],
  ["docker-archive:app.tar:latest", false],
  ["dir:/srv/root", false],
];
for (const [reference, latest] of rows)
  test(`ownTag ${latest ? "speaks of" : "is silent about"} ${reference}`, () =>
    assert.equal(ownTag.judge(indexedImage({ reference }), {}).length, latest ? 1 : 0));
