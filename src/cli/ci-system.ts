import type { Io } from "./command.ts";

// Where a run takes place, from the environment alone. Each variable is one that the system itself documents:
// https://docs.github.com/en/actions/reference/workflows-and-actions/variables · https://docs.gitlab.com/ci/variables/predefined_variables
// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables · https://circleci.com/docs/variables
// https://learn.microsoft.com/azure/devops/pipelines/build/variables · https://docs.prow.k8s.io/docs/jobs/#job-environment-variables
// https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets · https://buildkite.com/docs/pipelines/environment-variables
// https://docs.travis-ci.com/user/environment-variables · https://docs.drone.io/pipeline/environment/reference
// https://woodpecker-ci.org/docs/usage/environment · https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html

type Env = Io["env"];

/** A system that runs pipelines; `generic`: one that only says `CI`; `none`: somebody's own machine. */
export type CiId =
  | "github"
  | "gitlab"
  | "jenkins"
  | "circleci"
  | "tekton"
  | "azure"
  | "bitbucket"
  | "buildkite"
  | "travis"
  | "woodpecker"
  | "drone"
  | "teamcity"
  | "prow"
  | "generic"
  | "none";

/** What is built; null where the system does not say. */
export interface Change {
  /** Of the pull or merge request; null where there is none. */
  readonly pullRequest: string | null;
  /** The branch that the request is to be merged into. */
  readonly base: string | null;
  /** Does the request come from another repository? Its author may be a stranger. */
  readonly fork: boolean | null;
  readonly commit: string | null;
}

interface Known {
  readonly id: CiId;
  readonly name: string;
  readonly is: (env: Env) => boolean;
  readonly change: (env: Env) => Change;
}

/** A system that was found, and what it says of the change. */
export interface CiSystem {
  readonly id: CiId;
  /** As people call it. */
  readonly name: string;
  readonly change: Change;
}

// In order: Woodpecker's older releases set Drone's variables, too.
const known: readonly Known[] = [
  {
    id: "github",
    name: "GitHub Actions",
    // Gitea and Forgejo set it as well, and read the same files.
    is: (env) => env["GITHUB_ACTIONS"] === "true",
    change: (env) => {
      const asked = (env["GITHUB_EVENT_NAME"] ?? "").startsWith("pull_request");
      const number = /^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1];
      return {
        pullRequest: asked ? (number ?? "unknown") : null,
        base: given(env["GITHUB_BASE_REF"]),
        fork: null,
        commit: given(env["GITHUB_SHA"]),
      };
    },
  },
  {
    id: "gitlab",
    name: "GitLab CI",
    is: (env) => env["GITLAB_CI"] === "true",
    change: (env) => ({
      pullRequest: given(env["CI_MERGE_REQUEST_IID"]) ?? given(env["CI_EXTERNAL_PULL_REQUEST_IID"]),
      base:
        given(env["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"]) ??
        given(env["CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"]),
      fork: differ(env["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"], env["CI_MERGE_REQUEST_PROJECT_ID"]),
      commit: given(env["CI_COMMIT_SHA"]),
    }),
  },
  {
    id: "tekton",
    name: "Tekton",
    // Its steps have no variable of Tekton's own: the task says who it is, by SEAWORTHY_CI.
    is: () => false,
    change: told,
  },
  {
    id: "jenkins",
    name: "Jenkins",
    is: (env) => has(env, "JENKINS_URL") && (has(env, "BUILD_ID") || has(env, "BUILD_TAG")),
    change: (env) => {
      const pullRequest = given(env["CHANGE_ID"]) ?? given(env["ghprbPullId"]);
      return {
        pullRequest,
        base: given(env["CHANGE_TARGET"]) ?? given(env["ghprbTargetBranch"]),
        fork: has(env, "CHANGE_ID") ? has(env, "CHANGE_FORK") : null,
        commit: given(env["GIT_COMMIT"]),
      };
    },
  },
  {
    id: "circleci",
    name: "CircleCI",
    is: (env) => env["CIRCLECI"] === "true",
    change: (env) => {
      const number = given(env["CIRCLE_PR_NUMBER"]);
      const pullRequest = number ?? given(/\/(\d+)$/.exec(given(env["CIRCLE_PULL_REQUEST"]) ?? "")?.[1]);
      // CIRCLE_PR_* are set for requests from forks only.
      return {
        pullRequest,
        base: null,
        fork: pullRequest === null ? null : number !== null,
        commit: given(env["CIRCLE_SHA1"]),
      };
    },
  },
  {
    id: "azure",
    name: "Azure Pipelines",
    is: (env) => /^true$/i.test(env["TF_BUILD"] ?? ""),
    change: (env) => {
      const fork = given(env["SYSTEM_PULLREQUEST_ISFORK"]);
      return {
        pullRequest:
          given(env["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"]) ??
          given(env["SYSTEM_PULLREQUEST_PULLREQUESTID"]),
        base: given((env["SYSTEM_PULLREQUEST_TARGETBRANCH"] ?? "").replace(/^refs\/heads\//, "")),
        fork: fork === null ? null : /^true$/i.test(fork),
        commit: given(env["BUILD_SOURCEVERSION"]),
      };
    },
  },
  {
    id: "bitbucket",
    name: "Bitbucket Pipelines",
    is: (env) => has(env, "BITBUCKET_BUILD_NUMBER"),
    change: (env) => ({
      pullRequest: given(env["BITBUCKET_PR_ID"]),
      base: given(env["BITBUCKET_PR_DESTINATION_BRANCH"]),
      fork: null,
      commit: given(env["BITBUCKET_COMMIT"]),
    }),
  },
  {
    id: "buildkite",
    name: "Buildkite",
    is: (env) => env["BUILDKITE"] === "true",
    change: (env) => ({
      pullRequest: unlessFalse(env["BUILDKITE_PULL_REQUEST"]),
      base: given(env["BUILDKITE_PULL_REQUEST_BASE_BRANCH"]),
      // Only a host's two spellings of one address could be told apart wrongly: then it counts as a stranger's.
      fork: differ(env["BUILDKITE_PULL_REQUEST_REPO"], env["BUILDKITE_REPO"]),
      commit: given(env["BUILDKITE_COMMIT"]),
    }),
  },
  {
    id: "travis",
    name: "Travis CI",
    is: (env) => env["TRAVIS"] === "true",
    change: (env) => {
      const pullRequest = unlessFalse(env["TRAVIS_PULL_REQUEST"]);
      return {
        pullRequest,
        base: pullRequest === null ? null : given(env["TRAVIS_BRANCH"]),
        fork: differ(env["TRAVIS_PULL_REQUEST_SLUG"], env["TRAVIS_REPO_SLUG"]),
        commit: given(env["TRAVIS_COMMIT"]),
      };
    },
  },
  {
    id: "woodpecker",
    name: "Woodpecker",
    is: (env) => env["CI"] === "woodpecker",
    change: (env) => ({
      pullRequest: given(env["CI_COMMIT_PULL_REQUEST"]),
      base: has(env, "CI_COMMIT_PULL_REQUEST") ? given(env["CI_COMMIT_TARGET_BRANCH"]) : null,
      fork: null,
      commit: given(env["CI_COMMIT_SHA"]),
    }),
  },
  {
    id: "drone",
    name: "Drone",
    is: (env) => env["DRONE"] === "true",
    change: (env) => ({
      pullRequest: given(env["DRONE_PULL_REQUEST"]),
      base: has(env, "DRONE_PULL_REQUEST") ? given(env["DRONE_TARGET_BRANCH"]) : null,
      fork: null,
      commit: given(env["DRONE_COMMIT_SHA"]),
    }),
  },
  {
    id: "teamcity",
    name: "TeamCity",
    is: (env) => has(env, "TEAMCITY_VERSION"),
    change: (env) => ({ ...nothing, commit: given(env["BUILD_VCS_NUMBER"]) }),
  },
  {
    id: "prow",
    name: "Prow or Jenkins X",
    is: (env) => has(env, "JOB_SPEC") && has(env, "JOB_TYPE"),
    change: (env) => ({
      pullRequest: given(env["PULL_NUMBER"]),
      base: has(env, "PULL_NUMBER") ? given(env["PULL_BASE_REF"]) : null,
      fork: null,
      commit: given(env["PULL_PULL_SHA"]) ?? given(env["PULL_BASE_SHA"]),
    }),
  },
  {
    id: "generic",
    name: "CI",
    is: (env) => !["", "0", "false"].includes((env["CI"] ?? "").toLowerCase()),
    change: told,
  },
];

const nothing: Change = { pullRequest: null, base: null, fork: null, commit: null };

/** The names that `--system` takes. */
export const ciIds: readonly CiId[] = [...known.map(({ id }) => id), "none"];

/** The system that the environment speaks of, or the one that is named. */
export function ciSystem(env: Env, named: CiId | undefined): CiSystem {
  const found = known.find((one) => (named === undefined ? one.is(env) : one.id === named));
  if (found === undefined) return { id: "none", name: "no CI system", change: nothing };
  return { id: found.id, name: found.name, change: found.change(env) };
}

/** What GitHub's event says beside the variables; what cannot be read says nothing. */
export function githubChange(change: Change, event: unknown): Change {
  const request = member(event, "pull_request");
  const number = member(request, "number");
  const head = member(member(member(request, "head"), "repo"), "full_name");
  const base = member(member(member(request, "base"), "repo"), "full_name");
  // A fork that its owner has deleted is null there.
  const deleted = request !== undefined && member(member(request, "head"), "repo") === null;
  return {
    ...change,
    pullRequest:
      change.pullRequest === null || typeof number !== "number" ? change.pullRequest : String(number),
    fork: deleted ? true : typeof head === "string" && typeof base === "string" ? head !== base : null,
  };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

// For systems that tell nothing themselves: what the pipeline passes on.
function told(env: Env): Change {
  const fork = given(env["SEAWORTHY_CI_FORK"]);
  return {
    pullRequest: given(env["SEAWORTHY_CI_PULL_REQUEST"]),
    base: given(env["SEAWORTHY_CI_BASE"]),
    fork: fork === null ? null : fork === "true",
    commit: given(env["SEAWORTHY_CI_COMMIT"]),
  };
}

function given(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}

function has(env: Env, name: string): boolean {
  return given(env[name]) !== null;
}

function unlessFalse(text: string | undefined): string | null {
  return text === "false" ? null : given(text);
}

function differ(one: string | undefined, other: string | undefined): boolean | null {
  return given(one) === null || given(other) === null ? null : one !== other;
}
