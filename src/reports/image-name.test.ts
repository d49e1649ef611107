import assert from "node:assert/strict";
import { test } from "node:test";
import { imageName } from "./image-name.ts";

const rows: readonly [reference: string, name: string][] = [
  ["debian:12", "docker.io/library/debian"],
  ["registry:debian@sha256:" + "a".repeat(64), "docker.io/library/debian"],
  ["docker://ghcr.io/org/app:1.2", "ghcr.io/org/app"],
  ["docker:localhost:5000/app", "localhost:5000/app"],
  ["podman:app:dev", "docker.io/library/app"],
  ["oci:/tmp/x1/app:2.0", "app"],
  ["oci:/tmp/x2/app", "app"],
  ["oci-archive:build/app.tar", "app.tar"],
  ["docker-archive:/tmp/a/app.tar:app:1", "app.tar:app"],
  ["docker-archive:/tmp/a/app.tar", "app.tar"],
  ["dir:/srv/root/", "root"],
  ["./app.tar", "app.tar"],
  ["dir:/", "image"],
  ["", "image"],
];

for (const [reference, name] of rows)
  test(`imageName() of ${reference} is ${name}`, () => assert.equal(imageName(reference), name));
