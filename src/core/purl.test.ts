import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assert as assertProperty,
  constantFrom,
  dictionary,
  oneof,
  option,
  property,
  record,
  string,
} from "fast-check";
import { PackageURL } from "packageurl-js";
import { SeaworthyError } from "./errors.ts";
import type { Distro, FoundPackage } from "./package.ts";
import { formatPurl, packagePurl, parsePurl } from "./purl.ts";

test("parsePurl() and formatPurl() bring every spelling to the canonical one", () => {
  const rows = [
    // General rules (ECMA-427, clause 5).
    ["pkg:maven/org.apache.commons/io@1.3.4", "pkg:maven/org.apache.commons/io@1.3.4"],
    ["pkg://maven/org.apache.commons/io", "pkg:maven/org.apache.commons/io"],
    ["pkg:///maven//org.apache.commons///io/", "pkg:maven/org.apache.commons/io"],
    ["PKG:Maven/HTTPClient/HTTPClient@0.3-3", "pkg:maven/HTTPClient/HTTPClient@0.3-3"],
    ["  pkg:npm/foobar@12.3.1\n", "pkg:npm/foobar@12.3.1"],
    [
      "pkg:maven/mygroup/myartifact@1.0.0%20Final?mykey=my%20value",
      "pkg:maven/mygroup/myartifact@1.0.0%20Final?mykey=my%20value",
    ],
    ["pkg:generic/openssl@1.1.10g?b=&A=1&a.b=2&a=&c", undefined],
    ["pkg:generic/openssl@1.1.10g?b=&B.c=2&B=1&", "pkg:generic/openssl@1.1.10g?b=1&b.c=2"],
    ["pkg:generic/x?checksum=sha1:ad95,sha256:41bf", "pkg:generic/x?checksum=sha1:ad95%2Csha256:41bf"],
    [
      "pkg:generic/bitwarderl?vcs_url=git+https://git.fsfe.org/dxtr/bitwarderl@cc55",
      "pkg:generic/bitwarderl?vcs_url=git%2Bhttps://git.fsfe.org/dxtr/bitwarderl%40cc55",
    ],
    ["pkg:generic/x#/a//./b%20c/../d/", "pkg:generic/x#a/b%20c/d"],
    ["pkg:generic/x#%2E%2E/a", "pkg:generic/x#a"],
    ["pkg:generic/a'(b)*!~c@1~2+3", "pkg:generic/a%27%28b%29%2A%21~c@1~2%2B3"],
    ["pkg:generic/caf%C3%A9@1", "pkg:generic/caf%C3%A9@1"],
    ["pkg:generic/café@1", "pkg:generic/caf%C3%A9@1"],
    [
      "pkg:docker/customer/dockerimage@sha256:244fd?repository_url=gcr.io",
      "pkg:docker/customer/dockerimage@sha256:244fd?repository_url=gcr.io",
    ],
    ["pkg:unregistered.type-1/Name", "pkg:unregistered.type-1/Name"],
    // What the types add.
    ["pkg:alpm/Arch/Pacman@6.0.1-1?arch=x86_64", "pkg:alpm/arch/pacman@6.0.1-1?arch=x86_64"],
    ["pkg:apk/Alpine/Curl@7.83.0-r0?arch=x86", "pkg:apk/alpine/curl@7.83.0-r0?arch=x86"],
    ["pkg:bitbucket/birKenfeld/pyGments-main@244F", "pkg:bitbucket/birkenfeld/pygments-main@244F"],
    ["pkg:bitnami/WordPress@6.2.0?distro=debian-12", "pkg:bitnami/wordpress@6.2.0?distro=debian-12"],
    ["pkg:cargo/Rand@0.7.2", "pkg:cargo/Rand@0.7.2"],
    ["pkg:cocoapods/GoogleUtilities@7.5.2#NSData+zlib", "pkg:cocoapods/GoogleUtilities@7.5.2#NSData%2Bzlib"],
    ["pkg:composer/Laravel/Laravel@5.5.0", "pkg:composer/laravel/laravel@5.5.0"],
    [
      "pkg:conan/openssl.org/openssl@3.0.3?user=bincrafters&channel=stable",
      "pkg:conan/openssl.org/openssl@3.0.3?channel=stable&user=bincrafters",
    ],
    [
      "pkg:conan/x@1?os=a&compiler.version=16&compiler=b",
      "pkg:conan/x@1?compiler=b&compiler.version=16&os=a",
    ],
    ["pkg:cpan/DROLSKY/DateTime@1.55", "pkg:cpan/DROLSKY/DateTime@1.55"],
    ["pkg:cran/A3@0.9.1", "pkg:cran/A3@0.9.1"],
    ["pkg:deb/Debian/Attr@1:2.4.47-2%2Bb1?arch=amd64", "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64"],
    ["pkg:gem/jruby-launcher@1.1.2?Platform=java", "pkg:gem/jruby-launcher@1.1.2?platform=java"],
    ["pkg:github/Package-url/purl-Spec@244fd", "pkg:github/package-url/purl-spec@244fd"],
    [
      "pkg:GOLANG/google.golang.org/genproto@abcdedf#/googleapis/api/annotations/",
      "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations",
    ],
    ["pkg:golang/github.com/BurntSushi/toml@v1.3.2", "pkg:golang/github.com/burntsushi/toml@v1.3.2"],
    ["pkg:golang/stdlib@1.22.1", "pkg:golang/stdlib@1.22.1"],
    ["pkg:hackage/AC-HalfInteger@1.2.1", "pkg:hackage/AC-HalfInteger@1.2.1"],
    ["pkg:hex/Acme/Foo@2.3.", "pkg:hex/acme/foo@2.3."],
    [
      "pkg:huggingface/microsoft/deberta-v3-base@559062AD13",
      "pkg:huggingface/microsoft/deberta-v3-base@559062ad13",
    ],
    ["pkg:luarocks/Hisham/LuaFileSystem@1.8.0-1", "pkg:luarocks/hisham/luafilesystem@1.8.0-1"],
    [
      "pkg:mlflow/CreditFraud@3?repository_url=https://adb-52.0.azuredatabricks.net/api",
      "pkg:mlflow/creditfraud@3?repository_url=https://adb-52.0.azuredatabricks.net/api",
    ],
    [
      "pkg:mlflow/CreditFraud@3?repository_url=https://westus2.api.azureml.ms/mlflow",
      "pkg:mlflow/CreditFraud@3?repository_url=https://westus2.api.azureml.ms/mlflow",
    ],
    ["pkg:npm/%40Angular/Animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"],
    ["pkg:npm/@angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"],
    ["pkg:npm/@angular/animation", "pkg:npm/%40angular/animation"],
    ["pkg:Nuget/EnterpriseLibrary.Common@6.0.1304", "pkg:nuget/EnterpriseLibrary.Common@6.0.1304"],
    ["pkg:oci/Debian@sha256:244fd?tag=latest", "pkg:oci/debian@sha256:244fd?tag=latest"],
    ["pkg:pub/Http-Parser@0.13.3", "pkg:pub/http_parser@0.13.3"],
    ["pkg:PYPI/Django_package@1.11.1.dev1", "pkg:pypi/django-package@1.11.1.dev1"],
    ["pkg:pypi/My.PyPI_.--._Package@1.11.1.dev1", "pkg:pypi/my-pypi-package@1.11.1.dev1"],
    ["pkg:qpkg/BlackBerry/com.qnx.sdp@7.0.0", "pkg:qpkg/blackberry/com.qnx.sdp@7.0.0"],
    [
      "pkg:Rpm/Fedora/Curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25",
      "pkg:rpm/fedora/Curl@7.50.3-1.fc25?arch=i386&distro=fedora-25",
    ],
    [
      "pkg:rpm/centerim@4.22.10-1.el6?arch=i686&epoch=1&distro=fedora-25",
      "pkg:rpm/centerim@4.22.10-1.el6?arch=i686&distro=fedora-25&epoch=1",
    ],
    [
      "pkg:swid/Acme/example.com/Enterprise+Server@1.0.0?tag_id=75b8",
      "pkg:swid/Acme/example.com/Enterprise%2BServer@1.0.0?tag_id=75b8",
    ],
    ["pkg:swift/github.com/Alamofire/Alamofire@5.4.3", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"],
  ] as const;
  for (const [text, canonical] of rows) {
    if (canonical === undefined) {
      assert.throws(() => parsePurl(text), isInvalid, text);
      continue;
    }
    assert.equal(formatPurl(parsePurl(text)), canonical, text);
    assert.equal(formatPurl(parsePurl(canonical)), canonical, `${canonical} again`);
  }
});

test("parsePurl() tells the components, decoded", () => {
  assert.deepEqual(parsePurl("pkg:npm/%40angular/animation@12.3.1?a=%25&B=x%2Fy#src/%C3%A9"), {
    type: "npm",
    namespace: "@angular",
    name: "animation",
    version: "12.3.1",
    qualifiers: { a: "%", b: "x/y" },
    subpath: "src/é",
  });
});

test("parsePurl() refuses what the specification refuses", () => {
  const bad = [
    "",
    "EnterpriseLibrary.Common@6.0.1304",
    "pkg:EnterpriseLibrary.Common@6.0.1304",
    "pkg%3Amaven/org.apache.commons/io",
    "pkg:n&g?inx/nginx@0.8.9",
    "pkg:3nginx/nginx@0.8.9",
    "pkg:nginx:a/nginx@0.8.9",
    "pkg:ty+pe/name",
    "pkg:npm/myartifact@1.0.0?in%20production=true",
    "pkg:npm/myartifact@1.0.0?1a=true",
    "pkg:npm/myartifact@1.0.0?a=1&A=2",
    "pkg:npm/myartifact@1.0.0?novalue",
    "pkg:npm/myartifact@1.0.0?__proto__=1",
    "pkg:maven/@1.3.4",
    "pkg:maven/io@1.3.4",
    "pkg:npm/@1.0",
    "pkg:npm/",
    "pkg:npm",
    "pkg:",
    "pkg:hackage",
    "pkg:npm/a%2Fb/c",
    "pkg:npm/%zz",
    "pkg:npm/%ff",
    "pkg:generic/x#a%2Fb",
    "pkg:conan/bincrafters/cctz@2.3",
    "pkg:conan/cctz@2.3?channel=stable",
    "pkg:cpan/Perl-Version@1.013",
    "pkg:cpan/LWP::UserAgent@6.7.6",
    "pkg:cpan/GDT/URI::PackageURL",
    "pkg:cocoapods/.hidden@1",
    "pkg:cran/@0.9.1",
    "pkg:cran/A3",
    "pkg:julia/Dates@1.9.0",
    "pkg:mlflow/ns/name@1",
    "pkg:oci/ns/name@1",
    "pkg:pub/caf%C3%A9@1",
    "pkg:swid/Fedora@29",
    "pkg:swift/Alamofire@5.4.3",
    "pkg:swift/github.com/Alamofire/@5.4.3",
    "pkg:swift/github.com/Alamofire/Alamofire",
    `pkg:npm/${"a".repeat(20_000)}`,
  ];
  for (const text of bad) assert.throws(() => parsePurl(text), isInvalid, text);
});

const words = string({
  unit: constantFrom(..."abzAZ019.-_~ @/?#%&=+:é'(*".split("")),
  minLength: 1,
  maxLength: 8,
});
const segments = string({
  unit: constantFrom(..."abzAZ019.-_~ @?#%&=+:é'(*".split("")),
  minLength: 1,
  maxLength: 8,
});

test("parsePurl() reads back what formatPurl() wrote", () => {
  const purls = record({
    type: constantFrom("generic", "docker", "unregistered"),
    namespace: option(segments, { nil: undefined }),
    name: words,
    version: option(words, { nil: undefined }),
    qualifiers: dictionary(constantFrom("a", "b", "c-d", "e.f"), words),
    subpath: option(constantFrom("a", "a/b", "a b/ü"), { nil: undefined }),
  });
  assertProperty(
    property(purls, (purl) => {
      const read = parsePurl(formatPurl(purl));
      assert.deepEqual(
        { ...read, qualifiers: { ...read.qualifiers } },
        { ...purl, qualifiers: { ...purl.qualifiers } },
      );
    }),
    { seed: 42, numRuns: 2000 },
  );
});

// packageurl-js differs on purpose or by mistake in: slashes in qualifiers, a plus in versions and types, case of golang, dots of pypi,
// white space inside components, namespaces that types prohibit. The rest must agree.
test("formatPurl() agrees with packageurl-js where that follows the specification", () => {
  const plain = string({ unit: constantFrom(..."abzAZ019.-_~@%&:'".split("")), minLength: 1, maxLength: 8 });
  const purls = record({
    type: constantFrom("generic", "npm", "deb", "apk", "rpm", "github", "composer", "hex", "docker", "qpkg"),
    namespace: plain,
    name: plain,
    version: plain,
    qualifiers: dictionary(constantFrom("arch", "distro", "epoch"), plain),
  });
  assertProperty(
    property(oneof(purls), (purl) => {
      const theirs = new PackageURL(
        purl.type,
        purl.namespace,
        purl.name,
        purl.version,
        { ...purl.qualifiers },
        undefined,
      );
      // encodeURIComponent and URLSearchParams differ from the specification in what they leave alone.
      const text = theirs.toString().replace(/'/g, "%27").replace(/%7E/g, "~").replace(/%3A/g, ":");
      assert.equal(formatPurl(purl), text.replace(/\?$/, ""));
    }),
    { seed: 42, numRuns: 2000 },
  );
});

test("parsePurl() never fails but with purl-invalid", () => {
  assertProperty(
    property(
      oneof(string({ unit: "binary" }), words),
      constantFrom("", "pkg:", "pkg:npm/", "pkg:npm/a?", "pkg:npm/a#"),
      (tail, head) => {
        try {
          formatPurl(parsePurl(head + tail));
        } catch (thrown) {
          assert.ok(isInvalid(thrown), String(thrown));
        }
      },
    ),
    { seed: 42, numRuns: 5000 },
  );
});

const debian: Distro = { id: "debian", version: "12", idLike: [], prettyName: "Debian 12" };
const rhel: Distro = { id: "rhel", version: "9.3", idLike: ["fedora"], prettyName: "RHEL 9.3" };
const alpine: Distro = { id: "alpine", version: "3.18.4", idLike: [], prettyName: "Alpine" };
const sid: Distro = { id: "debian", version: "", codename: "sid", idLike: [], prettyName: "Debian sid" };

test("packagePurl() writes what each ecosystem's packages are called", () => {
  const rows: readonly (readonly [Omit<FoundPackage, "licences">, Distro | undefined, string])[] = [
    [
      {
        type: "deb",
        name: "libssl3",
        version: "3.0.11-1~deb12u2",
        arch: "amd64",
        source: { name: "openssl", version: "3.0.11-1~deb12u2" },
      },
      debian,
      "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl",
    ],
    [
      {
        type: "deb",
        name: "libc-bin",
        version: "1:2.36+b1",
        arch: "all",
        source: { name: "glibc", version: "2.36" },
      },
      debian,
      "pkg:deb/debian/libc-bin@1:2.36%2Bb1?arch=all&distro=debian-12&upstream=glibc%402.36",
    ],
    [
      { type: "deb", name: "dpkg", version: "1.22", source: { name: "dpkg", version: "1.22" } },
      sid,
      "pkg:deb/debian/dpkg@1.22?distro=debian-sid",
    ],
    [{ type: "deb", name: "dpkg", version: "1.22" }, undefined, "pkg:deb/dpkg@1.22"],
    [
      {
        type: "apk",
        name: "libcrypto3",
        version: "3.1.4-r5",
        arch: "x86_64",
        source: { name: "openssl", version: "3.1.4-r5" },
      },
      alpine,
      "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.18.4&upstream=openssl",
    ],
    [
      {
        type: "rpm",
        name: "nodejs",
        version: "1:18.17.1-1.el9",
        arch: "x86_64",
        source: { name: "nodejs", version: "1:18.17.1-1.el9" },
        module: "nodejs:18:9020020230825081254",
      },
      rhel,
      "pkg:rpm/redhat/nodejs@18.17.1-1.el9?arch=x86_64&distro=rhel-9.3&epoch=1&rpmmod=nodejs:18:9020020230825081254&upstream=nodejs-18.17.1-1.el9.src.rpm",
    ],
    [{ type: "rpm", name: "Bash", version: "5.2-1" }, undefined, "pkg:rpm/Bash@5.2-1"],
    [
      { type: "npm", namespace: "@babel", name: "core", version: "7.0.0" },
      debian,
      "pkg:npm/%40babel/core@7.0.0",
    ],
    [{ type: "npm", name: "@babel/core", version: "7.0.0" }, undefined, "pkg:npm/%40babel/core@7.0.0"],
    [{ type: "npm", name: "left-pad", version: "1.3.0" }, undefined, "pkg:npm/left-pad@1.3.0"],
    [
      { type: "pypi", name: "ruamel.yaml_Clib", version: "0.2.7" },
      undefined,
      "pkg:pypi/ruamel-yaml-clib@0.2.7",
    ],
    [
      { type: "maven", namespace: "org.apache.logging.log4j", name: "log4j-core", version: "2.14.1" },
      undefined,
      "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
    ],
    [{ type: "maven", name: "guava", version: "31.1-jre" }, undefined, "pkg:maven/guava/guava@31.1-jre"],
    [
      {
        type: "maven",
        namespace: "io.netty",
        name: "netty",
        version: "4.1",
        qualifiers: { classifier: "linux-x86_64" },
      },
      undefined,
      "pkg:maven/io.netty/netty@4.1?classifier=linux-x86_64",
    ],
    [
      { type: "golang", namespace: "github.com/Masterminds", name: "semver", version: "v3.2.0" },
      undefined,
      "pkg:golang/github.com/masterminds/semver@v3.2.0",
    ],
    [
      { type: "golang", name: "golang.org/x/crypto", version: "v0.1.0+incompatible" },
      undefined,
      "pkg:golang/golang.org/x/crypto@v0.1.0%2Bincompatible",
    ],
    [{ type: "golang", name: "stdlib", version: "1.22.1" }, undefined, "pkg:golang/stdlib@1.22.1"],
    [
      { type: "cargo", name: "openssl-sys", version: "0.9.93+1.1.1w" },
      undefined,
      "pkg:cargo/openssl-sys@0.9.93%2B1.1.1w",
    ],
  ];
  for (const [found, distro, expected] of rows) {
    const purl = packagePurl({ ...found, licences: [] }, distro);
    assert.equal(purl, expected);
    assert.equal(formatPurl(parsePurl(purl)), expected);
  }
});

function isInvalid(thrown: unknown): boolean {
  return thrown instanceof SeaworthyError && thrown.code === "purl-invalid";
}
