import type { ImageJudge } from "../../core/image-judge.ts";
import { imageUser } from "./image-user.ts";

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
    links: ["https://docs.docker.com/reference/dockerfile/#user"],
  },
  judge(image) {
    const { name, uid } = imageUser(image);
    if (image.format === "directory") return [];
    if (name === "") return [{ message: "no USER is set: the process runs as root" }];
    return uid === 0 ? [{ message: `USER ${image.config.user} is root` }] : [];
  },
};
