import type { TreeCheck } from "../../core/sights.ts";
import { readFileCapabilities } from "../../formats/file-capabilities.ts";
import { allowedPrograms } from "./allowed.ts";

/** Programs that get a part of root's rights from their file. */
export const capability: TreeCheck = {
  text: {
    id: "SW-IM-025",
    aliases: [],
    title: "File capabilities",
    severity: "low",
    why: "A capability on a file gives a part of root's rights to whoever starts it, as setuid does, and is seen less easily.",
    remedy:
      "Remove it (setcap -r FILE), or grant what is needed in the pod's securityContext, where it can be seen. Ports from 1024 need no capability.",
    example: { before: "RUN setcap cap_net_bind_service=+ep /app", after: "EXPOSE 8080" },
    links: ["https://man7.org/linux/man-pages/man7/capabilities.7.html"],
    options: [allowedPrograms],
  },
  look({ kind, capability: attribute, name }) {
    if (kind !== "file" || attribute === undefined) return undefined;
    const text = readFileCapabilities(attribute) ?? "capabilities of an unknown kind";
    if (text === "") return undefined;
    return { group: text, message: `programs run with ${text}, whoever starts them`, item: name };
  },
};
