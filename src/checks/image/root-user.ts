import type { ImageJudge } from "../../core/image-judge.ts";

/** The image's process runs as root. */
export const rootUser: ImageJudge = {
  text: {
    id: "SW-IM-020",
    aliases: ["CIS-DI-0001"],
    title: "Image runs as root",
    severity: "medium",
    why: "A process that runs as root inside has root's rights to every file of the container and mounted volume, and a hole in the runtime makes it root of the node.",
    remedy: "Make a user in the Dockerfile and end it with USER and that user's number.",
    example: { before: 'CMD ["/app"]', after: 'USER 10001:10001\nCMD ["/app"]' },
    links: ["https://docs.docker.com/reference/dockerfile/#user"],
  },
  judge({ config, sights }) {
    const [user = ""] = config.user.split(":");
    if (user === "") return [{ message: "no USER is set: the process runs as root" }];
    const uid = /^\d+$/.test(user)
      ? Number(user)
      : sights.accounts?.users.find(({ name }) => name === user)?.uid;
    return uid === 0 ? [{ message: `USER "${config.user}" is root` }] : [];
  },
};
