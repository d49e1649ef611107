import type { ImageJudge } from "../../core/image-judge.ts";
import { imageUser } from "./image-user.ts";

/** USER names somebody whom the image does not know. */
export const unknownUser: ImageJudge = {
  text: {
    id: "SW-IM-022",
    aliases: [],
    title: "USER is not in the image's passwd",
    severity: "medium",
    why: "A runtime that cannot turn the name into a number does not start the container.",
    remedy: "Set the user by number, which needs no passwd, or make the account in the Dockerfile.",
    example: { before: "FROM scratch\nUSER app", after: "FROM scratch\nUSER 10001:10001" },
    links: ["https://github.com/opencontainers/image-spec/blob/main/config.md"],
  },
  judge(image) {
    const { name, uid } = imageUser(image);
    // An account may be in what was not read.
    if (uid !== undefined || image.gaps.some(({ code }) => code === "layer-unreadable")) return [];
    return [{ message: `passwd has no user "${name}"` }];
  },
};

/** USER is a name, of which Kubernetes cannot tell whether it is root. */
export const namedUser: ImageJudge = {
  text: {
    id: "SW-IM-023",
    aliases: [],
    title: "USER is a name, not a number",
    severity: "low",
    why: "Kubernetes does not look into the image's passwd: with runAsNonRoot it refuses to start a container whose user is a name.",
    remedy: "Write the user's number.",
    example: { before: "USER app", after: "USER 10001:10001" },
    links: ["https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"],
  },
  judge(image) {
    const { name, uid } = imageUser(image);
    if (uid === undefined || uid === 0 || /^\d+$/.test(name)) return [];
    return [{ message: `USER ${name} is ${uid} by the image's passwd` }];
  },
};
