import type { Feed } from "../core/feed.ts";
import { alpineSecdb } from "./alpine-secdb.ts";
import { debianTracker } from "./debian-tracker.ts";
import { endoflife } from "./endoflife.ts";
import { epss } from "./epss.ts";
import { kev } from "./kev.ts";
import { osv } from "./osv.ts";

/** Every feed. A new one adds its line here. */
export const feeds: readonly Feed[] = [osv, debianTracker, alpineSecdb, kev, epss, endoflife];
