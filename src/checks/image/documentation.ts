import { type NumberOption, numberOf } from "../../core/check.ts";
import { directoryCheck } from "./directory-check.ts";

const leastBytes: NumberOption = {
  name: "bytes",
  kind: "bytes",
  default: 10_000,
  meaning: "less of it in a layer is not told: an index that a package manager keeps is no documentation",
};
const places = /^usr\/(?:local\/)?(?:share\/)?(?:doc|gtk-doc|help|info|man)(?=\/|$)/;

/** Documentation for people, of whom there are none in a container. Licences must stay with what they are of. */
export const documentation = directoryCheck({
  text: {
    id: "SW-IM-015",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Documentation in the image",
    severity: "negligible",
    why: "Manual pages and documentation only make the image larger.",
    remedy:
      "Tell the package manager not to install them (dpkg's path-exclude, dnf's tsflags=nodocs, apk leaves them out), or take the slim variant of the base image.",
    example: {
      before: "RUN apt-get install -y tool",
      after:
        "RUN printf 'path-exclude /usr/share/%s/*\\n' doc man info > /etc/dpkg/dpkg.cfg.d/slim && apt-get install -y tool",
    },
    links: ["https://wiki.debian.org/ReduceDebian"],
    options: [leastBytes],
  },
  sightOf(directory) {
    const [place] = places.exec(directory) ?? [];
    return place === undefined
      ? undefined
      : { group: "documentation", message: "documentation is in the image", place };
  },
  isWanted: ({ name }) => name !== "copyright" && !/^licen[cs]e/i.test(name),
  counts: ({ bytes }, _, options) => bytes >= numberOf(options, leastBytes),
});
