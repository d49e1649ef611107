import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Scope } from "../../core/policy.ts";
import { type ScopedImage, scopeDifference } from "./scope.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const nginx: ScopedImage = {
  references: ["nginx:1.25"],
  digest,
  labels: { team: "web", "org.opencontainers.image.title": "front" },
  namespaces: ["prod-eu", "prod-us"],
};
const own: ScopedImage = { references: ["ghcr.io/team/app:1"], digest: null, labels: {}, namespaces: [] };
const archive: ScopedImage = { references: ["docker-archive:./app.tar"], digest, labels: {}, namespaces: [] };

describe("scopeDifference()", () => {
  const rows: readonly (readonly [
    scope: Scope | undefined,
    image: ScopedImage,
    difference: string | undefined,
  ])[] = [
    [undefined, nginx, undefined],
    [{ images: ["nginx:1.25"] }, nginx, undefined],
    [{ images: ["nginx:*"] }, nginx, undefined],
    [{ images: ["docker.io/library/nginx:1.25"] }, nginx, undefined],
    // grype#1836: Docker Hub has many names.
    [{ images: ["index.docker.io/library/nginx:*"] }, nginx, undefined],
    [{ images: ["docker.io/nginx:*"] }, nginx, undefined],
    [{ images: ["library/nginx:*"] }, nginx, undefined],
    [{ images: [digest] }, nginx, undefined],
    [{ images: ["**"] }, nginx, undefined],
    [{ images: ["nginx"] }, nginx, "the image is nginx:1.25, not nginx"],
    [{ images: ["ghcr.io/**"] }, nginx, "the image is nginx:1.25, not ghcr.io/**"],
    [{ images: ["a", "b"] }, nginx, "the image is nginx:1.25, not a or b"],
    [{ repositories: ["nginx"] }, nginx, undefined],
    [{ repositories: ["docker.io/library/*"] }, nginx, undefined],
    [{ repositories: ["ghcr.io/team/*"] }, own, undefined],
    [{ repositories: ["team/*"] }, own, "the repository is ghcr.io/team/app, not team/*"],
    [{ repositories: ["**"] }, archive, "the repository is not known, not **"],
    [{ images: ["docker-archive:**/app.tar"] }, archive, undefined],
    // A layout's directory is no repository of Docker Hub, whatever its name; a registry may be called docker.
    [{ repositories: ["**"] }, { ...own, references: ["oci:layout"] }, "the repository is not known, not **"],
    [
      { images: ["docker.io/**"] },
      { ...own, references: ["dir:root"] },
      "the image is dir:root, not docker.io/**",
    ],
    [{ repositories: ["docker:5000/**"] }, { ...own, references: ["docker:5000/team/app:1"] }, undefined],
    [{ namespaces: ["prod-*"] }, nginx, undefined],
    [{ namespaces: ["test"] }, nginx, "the namespace is prod-eu, not test"],
    [{ namespaces: ["prod-eu"] }, nginx, "the namespace is also prod-us, not prod-eu"],
    [{ namespaces: ["prod-eu", "prod-us"] }, nginx, undefined],
    [{ namespaces: ["**"] }, { ...nginx, namespaces: ["a", ""] }, "the namespace is also not known, not **"],
    [{ namespaces: ["**"] }, { ...nginx, namespaces: [""] }, "the namespace is not known, not **"],
    [{ namespaces: ["prod"] }, own, "the namespace is not known, not prod"],
    [{ labels: { team: "w*" } }, nginx, undefined],
    [{ labels: { team: "db" } }, nginx, "the label team is web, not db"],
    [{ labels: { toString: "*" } }, nginx, "it has no label toString"],
    [{ images: ["nginx:*"], labels: { team: "db" } }, nginx, "the label team is web, not db"],
  ];
  for (const [scope, image, difference] of rows)
    test(`${JSON.stringify(scope)} of ${image.references[0]}`, () =>
      assert.equal(scopeDifference(scope, image), difference));
});
