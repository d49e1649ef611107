import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Change, type CiId, ciSystem, githubChange } from "./ci-system.ts";

const nothing: Change = { pullRequest: null, base: null, fork: null, commit: null };

const rows: readonly (readonly [
  name: string,
  env: Record<string, string>,
  id: CiId,
  change: Partial<Change>,
])[] = [
  ["somebody's own machine", { HOME: "/root" }, "none", {}],
  ["CI that is off", { CI: "false" }, "none", {}],
  ["a system that says no more", { CI: "true" }, "generic", {}],
  [
    "a system whose pipeline passes on what it knows",
    { CI: "1", SEAWORTHY_CI_PULL_REQUEST: "3", SEAWORTHY_CI_BASE: "main", SEAWORTHY_CI_FORK: "true" },
    "generic",
    { pullRequest: "3", base: "main", fork: true },
  ],
  [
    "GitHub, a push",
    {
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "push",
      GITHUB_REF: "refs/heads/main",
      GITHUB_SHA: "a1",
    },
    "github",
    { commit: "a1" },
  ],
  [
    "GitHub, a pull request",
    {
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REF: "refs/pull/12/merge",
      GITHUB_BASE_REF: "main",
      GITHUB_SHA: "a1",
    },
    "github",
    { pullRequest: "12", base: "main", commit: "a1" },
  ],
  [
    "GitHub, a pull request with the base's rights",
    { GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "pull_request_target", GITHUB_REF: "refs/heads/main" },
    "github",
    { pullRequest: "unknown" },
  ],
  [
    "GitLab, a branch",
    { CI: "true", GITLAB_CI: "true", CI_COMMIT_SHA: "b2", CI_COMMIT_BRANCH: "main" },
    "gitlab",
    { commit: "b2" },
  ],
  [
    "GitLab, a merge request of a fork",
    {
      GITLAB_CI: "true",
      CI_MERGE_REQUEST_IID: "7",
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main",
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "11",
      CI_MERGE_REQUEST_PROJECT_ID: "10",
      CI_COMMIT_SHA: "b2",
    },
    "gitlab",
    { pullRequest: "7", base: "main", fork: true, commit: "b2" },
  ],
  [
    "Jenkins, a branch",
    { JENKINS_URL: "https://j/", BUILD_ID: "4", BRANCH_NAME: "main", GIT_COMMIT: "c3" },
    "jenkins",
    { commit: "c3" },
  ],
  [
    "Jenkins, a change request",
    { JENKINS_URL: "https://j/", BUILD_ID: "4", CHANGE_ID: "9", CHANGE_TARGET: "main", CHANGE_FORK: "you" },
    "jenkins",
    { pullRequest: "9", base: "main", fork: true },
  ],
  [
    "CircleCI, a pull request of this repository",
    { CIRCLECI: "true", CIRCLE_PULL_REQUEST: "https://github.com/o/r/pull/5", CIRCLE_SHA1: "d4" },
    "circleci",
    { pullRequest: "5", fork: false, commit: "d4" },
  ],
  [
    "CircleCI, a pull request of a fork",
    { CIRCLECI: "true", CIRCLE_PR_NUMBER: "5", CIRCLE_PR_USERNAME: "you" },
    "circleci",
    { pullRequest: "5", fork: true },
  ],
  [
    "Azure, a pull request",
    {
      TF_BUILD: "True",
      SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: "6",
      SYSTEM_PULLREQUEST_PULLREQUESTID: "991",
      SYSTEM_PULLREQUEST_TARGETBRANCH: "refs/heads/main",
      SYSTEM_PULLREQUEST_ISFORK: "False",
      BUILD_SOURCEVERSION: "e5",
    },
    "azure",
    { pullRequest: "6", base: "main", fork: false, commit: "e5" },
  ],
  [
    "Bitbucket",
    {
      CI: "true",
      BITBUCKET_BUILD_NUMBER: "2",
      BITBUCKET_PR_ID: "8",
      BITBUCKET_PR_DESTINATION_BRANCH: "main",
    },
    "bitbucket",
    { pullRequest: "8", base: "main" },
  ],
  [
    "Buildkite, no pull request",
    { BUILDKITE: "true", BUILDKITE_PULL_REQUEST: "false", BUILDKITE_PULL_REQUEST_BASE_BRANCH: "" },
    "buildkite",
    {},
  ],
  [
    "Buildkite, a pull request of a fork",
    {
      BUILDKITE: "true",
      BUILDKITE_PULL_REQUEST: "3",
      BUILDKITE_PULL_REQUEST_REPO: "git://h/you/r",
      BUILDKITE_REPO: "git://h/o/r",
    },
    "buildkite",
    { pullRequest: "3", fork: true },
  ],
  ["Travis, a push", { TRAVIS: "true", TRAVIS_PULL_REQUEST: "false", TRAVIS_BRANCH: "main" }, "travis", {}],
  [
    "Travis, a pull request",
    {
      TRAVIS: "true",
      TRAVIS_PULL_REQUEST: "4",
      TRAVIS_BRANCH: "main",
      TRAVIS_PULL_REQUEST_SLUG: "o/r",
      TRAVIS_REPO_SLUG: "o/r",
    },
    "travis",
    { pullRequest: "4", base: "main", fork: false },
  ],
  [
    "Woodpecker, though Drone's variables are there as well",
    { CI: "woodpecker", DRONE: "true", CI_COMMIT_PULL_REQUEST: "1", CI_COMMIT_TARGET_BRANCH: "main" },
    "woodpecker",
    { pullRequest: "1", base: "main" },
  ],
  [
    "Drone, whose push has a target, too",
    { CI: "true", DRONE: "true", DRONE_TARGET_BRANCH: "main", DRONE_COMMIT_SHA: "f6" },
    "drone",
    { commit: "f6" },
  ],
  ["TeamCity", { TEAMCITY_VERSION: "2026.1", BUILD_VCS_NUMBER: "07" }, "teamcity", { commit: "07" }],
  [
    "Prow and Jenkins X",
    { JOB_SPEC: "{}", JOB_TYPE: "presubmit", PULL_NUMBER: "2", PULL_BASE_REF: "main", PULL_PULL_SHA: "18" },
    "prow",
    { pullRequest: "2", base: "main", commit: "18" },
  ],
];

describe("ciSystem()", () => {
  for (const [name, env, id, change] of rows)
    test(`tells ${name}`, () => {
      const system = ciSystem(env, undefined);
      assert.deepEqual([system.id, system.change], [id, { ...nothing, ...change }]);
    });

  test("takes the word of who names the system", () => {
    const env = { GITHUB_ACTIONS: "true", SEAWORTHY_CI_PULL_REQUEST: "5" };
    assert.deepEqual(ciSystem(env, "tekton").change, { ...nothing, pullRequest: "5" });
    assert.equal(ciSystem(env, "none").id, "none");
  });
});

describe("githubChange()", () => {
  const before: Change = { ...nothing, pullRequest: "unknown", base: "main" };
  const event = (head: unknown) => ({
    pull_request: { number: 12, head: { repo: head }, base: { repo: { full_name: "o/r" } } },
  });
  const rows: readonly (readonly [name: string, event: unknown, change: Partial<Change>])[] = [
    ["the same repository", event({ full_name: "o/r" }), { pullRequest: "12", fork: false }],
    ["a fork", event({ full_name: "you/r" }), { pullRequest: "12", fork: true }],
    ["a fork that is gone", event(null), { pullRequest: "12", fork: true }],
    ["a push", { ref: "refs/heads/main" }, {}],
    ["what is no event", ["pull_request"], {}],
    ["names that are no names", { pull_request: { number: "12; rm", head: 5 } }, {}],
    ["inherited names", Object.create({ pull_request: { number: 1 } }), {}],
  ];
  for (const [name, given, change] of rows)
    test(`tells ${name}`, () => assert.deepEqual(githubChange(before, given), { ...before, ...change }));
});
