import { setFlagsFromString } from "node:v8";

/**
 * Has the collector of all threads keep the heap near what is in use: by default V8 lets garbage grow to several times of it
 * and the young generation to 32 MB, which for an image of many packages is most of the process's memory. Sets no limit.
 */
export function keepHeapSmall(): void {
  // Both are read whenever a collection ends, thus hold in a process that runs.
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--semi-space-growth-factor=1");
}
