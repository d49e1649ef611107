import assert from "node:assert/strict";
import { test } from "node:test";
import { accountsProbe } from "./accounts.ts";

const extract = (path: string, text: string): ReturnType<typeof accountsProbe.extract> => {
  const data = Buffer.from(text);
  const bytes = { size: data.length, read: (at: number, length: number) => data.subarray(at, at + length) };
  return accountsProbe.extract({ path, mode: 0o644, size: data.length, head: data.subarray(0, 512), bytes });
};

const rows: readonly (readonly [why: string, path: string, text: string, seen: readonly string[]])[] = [
  ["passwords elsewhere", "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", []],
  [
    "an empty field in passwd",
    "etc/passwd",
    "root:x:0:0::/:\napp::5:5::/:\n",
    ['2 the account "app" has no password'],
  ],
  ["locked accounts", "etc/shadow", "root:*:19000:0:::::\napp:!:1::::::\nb:!!:1::::::\n", []],
  ["an empty field in shadow", "etc/shadow", "root::19000:0:::::", ['1 the account "root" has no password']],
  ["no accounts at all", "etc/shadow", "\n# x\n::\n", []],
];
for (const [why, path, text, seen] of rows)
  test(`accountsProbe sees ${seen.length} accounts without a password in ${why}`, () => {
    const { observations = [] } = extract(path, text);
    assert.deepEqual(
      observations.map(({ line, message }) => `${line} ${message}`),
      seen,
    );
  });

test("accountsProbe reads users and groups, and leaves out what is none", () => {
  const { accounts } = extract("etc/passwd", "a:x:1:2:gecos:/home/a:/bin/sh\nb:x:x:2::/:\n\nc\n");
  assert.deepEqual(accounts?.users, [{ name: "a", uid: 1, gid: 2, home: "/home/a", shell: "/bin/sh" }]);
  assert.deepEqual(extract("etc/group", "g:x:5:a\n").accounts?.groups, [{ name: "g", gid: 5 }]);
});

test("accountsProbe refuses more accounts than an image may have", () => {
  for (const path of ["etc/passwd", "etc/group", "etc/shadow"])
    assert.throws(() => extract(path, "a::0:0\n".repeat(2 ** 18)), { code: "limit-exceeded" });
});
