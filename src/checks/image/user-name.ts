import type { ImageJudge } from "../../core/image-judge.ts";
import { imageUser, shownUser, unknownGroup } from "./image-user.ts";

/** USER names a user or a group that the image does not know. */
export const unknownUser: ImageJudge = {
  text: {
    id: "SW-IM-022",
    aliases: [],
    title: "USER is not in the image's passwd or group",
    severity: "medium",
    why: "A runtime that cannot turn a name into a number does not start the container.",
    remedy: "Set user and group by number, which needs no passwd, or make the account in the Dockerfile.",
    example: { before: "FROM scratch\nUSER app", after: "FROM scratch\nUSER 10001:10001" },
    links: ["https://github.com/opencontainers/image-spec/blob/main/config.md"],
  },
  judge(image) {
    // An account may be in what was not read.
    if (image.gaps.some(({ code }) => code === "layer-unreadable")) return [];
    const { name, uid } = imageUser(image);
    const group = unknownGroup(image);
    return [
      ...(uid === undefined ? [`passwd has no user "${shownUser(name)}"`] : []),
      ...(group === undefined ? [] : [`group has no group "${shownUser(group)}"`]),
    ].map((message) => ({ message }));
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
    const { name, isNumber, uid } = imageUser(image);
    if (uid === undefined || uid === 0 || isNumber) return [];
    return [{ message: `USER ${shownUser(name)} is ${uid} by the image's passwd` }];
  },
};
