import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile } from "../../tests/support/extract.ts";
import { garbage } from "../../tests/support/hostile.ts";
import { SeaworthyError } from "../core/errors.ts";
import { osRelease } from "./os-release.ts";

const etc = "etc/os-release";

test("osRelease reads what os-release says", () => {
  const text = `PRETTY_NAME="Ubuntu 22.04.4 LTS"\nNAME="Ubuntu"\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\n`;
  assert.deepEqual(extractFrom(osRelease, etc, text), {
    distro: {
      id: "ubuntu",
      version: "22.04",
      idLike: ["debian"],
      codename: "jammy",
      prettyName: "Ubuntu 22.04.4 LTS",
    },
  });
});

// id, version, code name
const rows: readonly (readonly [path: string, text: string, distro: readonly (string | undefined)[]])[] = [
  [etc, 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', ["debian", "12", "bookworm"]],
  [
    etc,
    'PRETTY_NAME="Debian GNU/Linux trixie/sid"\nVERSION_CODENAME=trixie\nID=debian\n',
    ["debian", "", "trixie"],
  ],
  [etc, 'ID=debian\nVERSION="7 (wheezy)"\nVERSION_ID="7"\n', ["debian", "7", "wheezy"]],
  [etc, 'ID="centos"\nVERSION="7 (Core)"\nVERSION_ID="7"\n', ["centos", "7", undefined]],
  [etc, "ID=alpine\nVERSION_ID=3.20.0_alpha20240329\n", ["alpine", "3.20.0_alpha20240329", undefined]],
  [etc, 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n', ["rhel", "9.4", undefined]],
  [etc, 'ID="sles"\nVERSION_ID="15.5"\n', ["sles", "15.5", undefined]],
  [
    etc,
    'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n',
    ["opensuse-leap", "15.6", undefined],
  ],
  [etc, 'ID="amzn"\nVERSION_ID="2023"\n', ["amzn", "2023", undefined]],
  [etc, "ID=wolfi\nVERSION_ID=20230201\n", ["wolfi", "20230201", undefined]],
  [etc, "ID=arch\nBUILD_ID=rolling\n", ["arch", "", undefined]],
  [etc, "ID=Debian \nVERSION_ID=12", ["debian", "12", undefined]],
  [etc, 'NAME="My OS"\nVERSION_ID=3\n', ["linux", "3", undefined]],
  ["usr/lib/os-release", "ID=fedora\nVERSION_ID=40\n", ["fedora", "40", undefined]],
  [
    "etc/lsb-release",
    "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_CODENAME=precise\n",
    ["ubuntu", "12.04", "precise"],
  ],
  ["etc/alpine-release", "3.18.4\n", ["alpine", "3.18.4", undefined]],
  ["etc/centos-release", "CentOS release 6.10 (Final)\n", ["centos", "6.10", undefined]],
  ["etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n", ["centos", "7.9.2009", undefined]],
  [
    "etc/redhat-release",
    "Red Hat Enterprise Linux Server release 6.9 (Santiago)\n",
    ["rhel", "6.9", undefined],
  ],
  ["etc/redhat-release", "AlmaLinux release 8.9 (Midnight Oncilla)\n", ["almalinux", "8.9", undefined]],
  ["etc/oracle-release", "Oracle Linux Server release 7.9\n", ["ol", "7.9", undefined]],
  ["etc/system-release", "Amazon Linux AMI release 2018.03\n", ["amzn", "2018.03", undefined]],
  ["etc/system-release", "Amazon Linux release 2 (Karoo)\n", ["amzn", "2", undefined]],
  [
    "etc/SuSE-release",
    "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
    ["sles", "11.4", undefined],
  ],
  ["etc/SuSE-release", "openSUSE 13.1 (x86_64)\nVERSION = 13.1\n", ["opensuse-leap", "13.1", undefined]],
  ["etc/debian_version", "12.5\n", ["debian", "12", undefined]],
  ["etc/debian_version", "6.0.10\n", ["debian", "6", undefined]],
];

for (const [path, text, [id, version, codename]] of rows)
  test(`osRelease reads ${path}: ${text.split("\n", 1)[0]}`, () => {
    const { distro } = extractFrom(osRelease, path, text);
    assert.deepEqual([distro?.id, distro?.version, distro?.codename], [id, version, codename]);
    assert.notEqual(distro?.prettyName, "");
  });

const silent: readonly (readonly [path: string, text: string])[] = [
  [etc, ""],
  [etc, "\n"],
  [etc, "# nothing here\n"],
  // Ubuntu has this line too.
  ["etc/debian_version", "bookworm/sid\n"],
  ["etc/debian_version", "kali-rolling\n"],
  ["etc/redhat-release", "Some Linux release 1\n"],
  ["etc/alpine-release", "edge of something\n"],
  ["etc/lsb-release", 'LSB_VERSION="1.4"\n'],
];

for (const [path, text] of silent)
  test(`osRelease learns nothing from ${path}: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(extractFrom(osRelease, path, text), {});
  });

test("osRelease names an OS by what there is", () => {
  const name = (text: string): string | undefined => extractFrom(osRelease, etc, text).distro?.prettyName;
  assert.equal(name('NAME="My OS"\nVERSION="3 (x)"\n'), "My OS 3 (x)");
  assert.equal(name("ID=x\n"), "Linux");
});

test("osRelease refuses garbage, never with another error", () => {
  for (const bytes of garbage.filter((each) => each.some((byte) => byte !== 10)))
    assert.throws(() => extractFrom(osRelease, etc, bytes), SeaworthyError);
  assert.throws(() => extractFrom(osRelease, etc, "not an assignment\n"), { code: "malformed" });
});

test("osRelease wants no such file elsewhere", () => {
  for (const path of ["os-release", "app/etc/os-release", "etc/os-release/x", "constructor", "__proto__"])
    assert.equal(osRelease.wants(foundFile(path, "")), false, path);
});
