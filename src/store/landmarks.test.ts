import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { severities } from "../core/severity.ts";
import { scoreCvss } from "../formats/cvss.ts";
import { schemeFor } from "../versions/list.ts";
import { landmarkDatabase, landmarks } from "./landmarks.ts";

describe("landmarks", () => {
  it("are at least 150, over every core ecosystem, no fact twice", () => {
    const ids = new Set(landmarks.map((landmark) => landmark.id));
    assert.ok(ids.size >= 150, `${ids.size} advisories`);
    const families = new Set(landmarks.map((landmark) => landmark.ecosystem.split(":")[0]));
    for (const family of ["npm", "pypi", "maven", "golang", "cargo", "debian", "ubuntu", "alpine", "rhel"])
      assert.ok(families.has(family), family);
    const facts = landmarks.map((landmark) => `${landmark.id} ${landmark.ecosystem} ${landmark.package}`);
    assert.equal(new Set(facts).size, facts.length);
  });

  it("state versions, severities, vectors and references that can be read", () => {
    for (const landmark of landmarks) {
      const what = `${landmark.id} ${landmark.package}`;
      const scheme = schemeFor(landmark.ecosystem);
      assert.ok(scheme !== undefined, what);
      assert.ok(landmark.ranges.length > 0, what);
      for (const { introduced, fixed, lastAffected } of landmark.ranges) {
        const end = fixed ?? lastAffected;
        if (introduced !== "0") assert.ok(scheme.valid(introduced), `${what} ${introduced}`);
        if (end !== undefined) assert.ok(scheme.valid(end), `${what} ${end}`);
        if (introduced !== "0" && end !== undefined)
          assert.ok((scheme.compareText(introduced, end) ?? 1) <= 0, `${what} ${introduced} ${end}`);
      }
      assert.ok(
        severities.some((severity) => severity === landmark.severity),
        what,
      );
      if (landmark.cvss !== undefined) assert.ok(scoreCvss(landmark.cvss).score > 0, what);
      if (landmark.kev !== undefined) assert.match(landmark.kev, /^20\d\d-\d\d-\d\d$/);
      assert.match(landmark.reference, /^https:\/\/[\w.-]+\/\S+$/);
      assert.ok(landmark.summary.length > 5 && landmark.summary.length <= 80, what);
    }
  });
});

describe("landmarkDatabase()", () => {
  const database = landmarkDatabase();

  it("is a landmark database with a digest", () => {
    assert.equal(database.info.kind, "landmark");
    assert.match(database.info.digest, /^sha256:[0-9a-f]{64}$/);
  });

  it("answers Log4Shell by package, by any id, and as exploited", () => {
    const [found] = database
      .lookup({ ecosystem: "maven", name: "org.apache.logging.log4j:log4j-core" })
      .filter((advisory) => [advisory.id, ...advisory.aliases].includes("CVE-2021-44228"));
    assert.equal(found?.severity, "critical");
    assert.ok(found.affected.every((affected) => affected.name.endsWith("log4j-core")));
    assert.equal(database.byId("GHSA-jfh8-c2jp-5v3q").length, 1);
    assert.equal(database.knownExploited("CVE-2021-44228")?.added, "2021-12-10");
  });

  it("covers no ecosystem that it says nothing of", () => {
    assert.equal(database.covers("npm"), true);
    assert.equal(database.covers("sles:15.4"), false);
  });
});
