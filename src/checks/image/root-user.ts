import type { ImageJudge } from "../../core/image-judge.ts";
import { imageUser, largestUser, shownUser } from "./image-user.ts";

/** The image's process runs as root. */
export const rootUser: ImageJudge = {
  text: {
    id: "SW-IM-020",
    aliases: ["CIS-DI-0001", "CIS-Docker-4.1", "DL3002"],
    title: "Image runs as root",
    severity: "medium",
    why: "A process that runs as root inside has root's rights to every file of the container and mounted volume, and a hole in the runtime makes it root of the node.",
    remedy: "Make a user in the Dockerfile and end it with USER and that user's number.",
    example: { before: 'CMD ["/app"]', after: 'USER 10001:10001\nCMD ["/app"]' },
    links: [
      "https://docs.docker.com/reference/dockerfile/#user",
      "https://nvd.nist.gov/vuln/detail/CVE-2024-40635",
    ],
  },
  judge(image) {
    const { name, uid } = imageUser(image);
    if (image.format === "directory") return [];
    if (name === "") return [{ message: "no USER is set: the process runs as root" }];
    const shown = shownUser(image.config.user);
    if (uid !== undefined && uid > largestUser)
      return [
        { message: `USER ${shown} is more than a user's number can be: some runtimes take it for root` },
      ];
    return uid === 0 ? [{ message: `USER ${shown} is root` }] : [];
  },
};
