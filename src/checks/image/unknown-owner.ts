import { type NamesOption, namesOf } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import { imageUser } from "./image-user.ts";

const mostOwners = 10;

const allowedIds: NamesOption = {
  name: "allowed",
  kind: "names",
  default: [],
  meaning: "numbers of users and groups that may own files without being in passwd and group",
};

/** Files of users and groups that the image does not know. */
export const unknownOwner: ImageJudge = {
  text: {
    id: "SW-IM-033",
    aliases: [],
    title: "Files of an owner whom passwd does not know",
    severity: "low",
    why: "Whoever is given that number later, in this image or on a volume, owns them; mostly the number is that of whoever built the image.",
    remedy:
      "Set the owner where the files are copied (COPY --chown), or unpack archives with tar --no-same-owner.",
    example: { before: "ADD app.tar /app", after: "ADD --chown=0:0 app.tar /app" },
    links: ["https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"],
    options: [allowedIds],
  },
  judge(image, options) {
    const { accounts, owners } = image.sights;
    if (accounts === undefined) return [];
    const { uid: own } = imageUser(image);
    const [, ownGroup] = image.config.user.split(":");
    const allowed = namesOf(options, allowedIds).map(Number);
    const users = new Set([0, own, ...allowed, ...accounts.users.map(({ uid }) => uid)]);
    const groups = new Set([0, own, Number(ownGroup), ...allowed, ...accounts.groups.map(({ gid }) => gid)]);
    const strangers = owners.filter(
      ({ uid, gid }) => !users.has(uid) || (accounts.groups.length > 0 && !groups.has(gid)),
    );
    return strangers
      .toSorted((a, b) => b.entries - a.entries)
      .slice(0, mostOwners)
      .map(({ uid, gid, entries, path, layer }) => {
        const who = users.has(uid) ? `group ${gid}` : `user ${uid}`;
        return { message: `${who} is not known and owns files`, layer, paths: [path], entries };
      });
  },
};
