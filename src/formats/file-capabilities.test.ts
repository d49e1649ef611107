import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileCapabilities } from "./file-capabilities.ts";

function attribute(magic: number, ...words: readonly number[]): string {
  const bytes = Buffer.alloc(4 + words.length * 4);
  for (const [at, word] of [magic, ...words].entries()) bytes.writeUInt32LE(word >>> 0, at * 4);
  return bytes.toString("latin1");
}

// Written by the kernel's struct vfs_cap_data; the text is getcap's.
const rows: readonly (readonly [why: string, attribute: string, text: string | undefined])[] = [
  ["ping's", attribute(0x02000001, 1 << 13, 0, 0, 0), "cap_net_raw=ep"],
  ["permitted alone", attribute(0x02000000, 1 << 10, 0, 0, 0), "cap_net_bind_service=p"],
  ["inheritable, too", attribute(0x02000001, 1 << 12, 1 << 12, 0, 0), "cap_net_admin=eip"],
  [
    "two of a kind and one of another",
    attribute(0x02000000, 0b11, 0b100, 0, 0),
    "cap_chown,cap_dac_override=p cap_dac_read_search=i",
  ],
  ["the upper half", attribute(0x02000000, 0, 0, 1 << 8, 0), "cap_checkpoint_restore=p"],
  ["one that has no name yet", attribute(0x02000000, 0, 0, 1 << 31, 0), "cap_63=p"],
  ["revision 1", attribute(0x01000001, 1 << 21, 0), "cap_sys_admin=ep"],
  ["revision 3 with a user", attribute(0x03000001, 1 << 13, 0, 0, 0, 1000), "cap_net_raw=ep [rootid=1000]"],
  ["revision 3 with root", attribute(0x03000001, 1 << 13, 0, 0, 0, 0), "cap_net_raw=ep"],
  ["revision 3 of another user without any", attribute(0x03000001, 0, 0, 0, 0, 1000), ""],
  ["an empty set", attribute(0x02000001, 0, 0, 0, 0), ""],
  ["hostile: an unknown revision", attribute(0x09000001, 1, 0, 0, 0), undefined],
  ["hostile: one cut off", attribute(0x02000001, 1, 0), undefined],
  ["hostile: three bytes", "abc", undefined],
  ["hostile: nothing", "", undefined],
];
for (const [why, text, expected] of rows)
  test(`readFileCapabilities() reads ${why} as ${expected}`, () =>
    assert.equal(readFileCapabilities(text), expected));
