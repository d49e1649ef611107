import type { CheckHit } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import { historySteps, type Step } from "./history-steps.ts";

/** ADD of something from the network, unchecked. */
export const addUrl: ImageJudge = {
  text: {
    id: "SW-IM-060",
    aliases: ["CIS-DI-0009", "CIS-Docker-4.9"],
    title: "ADD from the network without a checksum",
    severity: "medium",
    why: "Whatever the server sends on the day of the build becomes part of the image; nobody notices when it is something else.",
    remedy: "Name the digest of what is expected (ADD --checksum=sha256:…), of a repository a commit.",
    example: {
      before: "ADD https://example.com/tool.tar.gz /opt/",
      after: "ADD --checksum=sha256:24454f83… https://example.com/tool.tar.gz /opt/",
    },
    links: ["https://docs.docker.com/reference/dockerfile/#add---checksum"],
  },
  judge: (image) => historySteps(image).flatMap(remoteHit),
};

function remoteHit({ keyword, text, layer }: Step): readonly CheckHit[] {
  if (keyword !== "ADD" || text.includes("--checksum=")) return [];
  // The classic builder keeps of a URL only the hash of what it fetched.
  const classic = /^[0-9a-f]{64} in \S/.test(text);
  const urls = text.split(/\s+/).filter((word) => isRemote(word) && !/#[0-9a-f]{40}\b/.test(word));
  if (!classic && urls.length === 0) return [];
  const what = classic ? "a URL that the history does not name" : urls.map(withoutSecrets).join(", ");
  return [{ message: `ADD of ${what}`, layer }];
}

function isRemote(word: string): boolean {
  return /^(?:https?:\/\/|git@|git:\/\/|ssh:\/\/)\S/.test(word);
}

function withoutSecrets(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, "$1…@").replace(/\?.*$/, "?…");
}

/** ADD where COPY does. */
export const addLocal: ImageJudge = {
  text: {
    id: "SW-IM-061",
    aliases: ["CIS-DI-0009", "CIS-Docker-4.9", "DL3020"],
    title: "ADD of local files",
    severity: "negligible",
    why: "ADD unpacks archives and fetches URLs where a plain copy was meant; COPY does only what it says.",
    remedy: "Write COPY; keep ADD for archives that are to be unpacked.",
    example: { before: "ADD src /app/src", after: "COPY src /app/src" },
    links: ["https://docs.docker.com/build/building/best-practices/#add-or-copy"],
  },
  // The first layer of a base image is a root file system that was unpacked.
  judge: (image) => historySteps(image).flatMap((step) => (step.layer === 0 ? [] : localHit(step))),
};

const archive = /\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|tzst)$/;

function localHit({ keyword, text, layer }: Step): readonly CheckHit[] {
  if (keyword !== "ADD") return [];
  const classic = /^(file|dir|multi):[0-9a-f]{64} in (\S+)/.exec(text);
  // Of a single file the classic builder does not tell whether it was an archive.
  if (classic !== null)
    return classic[1] === "file" ? [] : [{ message: `ADD of local files to ${classic[2]}`, layer }];
  const words = text.split(/\s+/).filter((word) => !word.startsWith("--"));
  const sources = words.slice(0, -1);
  if (
    sources.length === 0 ||
    sources.some((word) => isRemote(word) || archive.test(word) || /^[<["]/.test(word))
  )
    return [];
  if (/^(?:[0-9a-f]{64}|\w+:[0-9a-f]{64})$/.test(words[0] ?? "")) return [];
  return [{ message: `ADD of ${sources.join(" ")}`, layer }];
}
