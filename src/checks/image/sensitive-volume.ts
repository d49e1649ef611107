import { posix } from "node:path";
import type { ImageJudge } from "../../core/image-judge.ts";

const sensitive =
  /^\/(?:dev|proc|sys|etc|boot|(?:var\/)?run\/(?:docker|containerd\/containerd|crio\/crio)\.sock)(?:\/|$)|^\/$/;

/** A volume over what belongs to the system. */
export const sensitiveVolume: ImageJudge = {
  text: {
    id: "SW-IM-034",
    aliases: ["DKL-DI-0002"],
    title: "VOLUME over a directory of the system",
    severity: "medium",
    why: "A volume there hides or shares what the kernel or the runtime shows: devices, processes, the socket through which containers are made.",
    remedy: "Declare volumes only for the application's own data.",
    example: { before: "VOLUME /proc /data", after: "VOLUME /data" },
    links: ["https://docs.docker.com/reference/dockerfile/#volume"],
  },
  judge: ({ config }) =>
    config.volumes
      .filter((volume) => sensitive.test(posix.resolve("/", volume.trim())))
      .map((volume) => ({ message: `a volume is declared over ${volume}` })),
};
