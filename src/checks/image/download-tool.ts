import { programCheck } from "./program-check.ts";

/** A tool that fetches files. */
export const downloadTool = programCheck({
  text: {
    id: "SW-IM-006",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Download tool in the image",
    severity: "low",
    why: "It is how the second stage of an attack gets into the container, and how data gets out of it.",
    remedy:
      "Download in a build stage, with a checksum, and copy the result. Probe health through the program itself or an httpGet probe instead of curl.",
    example: {
      before: "RUN apt-get install -y curl && curl -o /tool https://example.com/tool",
      after: "ADD --checksum=sha256:… https://example.com/tool /tool",
    },
    links: ["https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages"],
  },
  families: {
    download:
      "aria2c axel curl elinks fetch ftp ftpget ftpput lftp links lynx ncftp rsync tftp w3m wcurl wget wget2",
  },
  message: () => "download tools can be run",
  scripts: true,
});
