import type { ImageJudge } from "../../core/image-judge.ts";

/** Docker cannot tell whether the container works. */
export const healthcheck: ImageJudge = {
  text: {
    id: "SW-IM-064",
    aliases: ["CIS-DI-0006", "CIS-Docker-4.6"],
    title: "No HEALTHCHECK",
    severity: "negligible",
    why: "Docker and Swarm take a container for well as long as its process runs. Kubernetes does not look at it: there the pod's probes count, and images in OCI's format cannot have it.",
    remedy: "Add HEALTHCHECK for Docker and Swarm, livenessProbe and readinessProbe for Kubernetes.",
    example: { before: 'CMD ["/app"]', after: 'HEALTHCHECK CMD ["/app", "--check"]\nCMD ["/app"]' },
    links: ["https://docs.docker.com/reference/dockerfile/#healthcheck"],
  },
  judge({ format, config }) {
    // `HEALTHCHECK NONE` was meant.
    return format === "docker" && config.healthcheck.length === 0
      ? [{ message: "the image has no HEALTHCHECK" }]
      : [];
  },
};
