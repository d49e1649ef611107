/** A language runtime or server whose makers say until when they mend which release. */
export interface Runtime {
  /** Name of its packages of type `generic`: `node`. */
  readonly name: string;
  /** Product of endoflife.date. */
  readonly product: string;
  /**
   * Name under which Bitnami's advisories stand (ecosystem `generic`), where they speak of the upstream program. Not of Java: those
   * are Oracle's, with JavaFX and its WebKit, which other builds have not; Go's own list speaks of Go.
   */
  readonly advisories?: string | undefined;
  /** Names of the OS packages that hold it; no metapackage, whose version is another. */
  readonly osPackages: RegExp;
}

/** Every runtime that is known. A new one adds its line here. */
export const runtimes: readonly Runtime[] = [
  { name: "node", product: "nodejs", advisories: "node", osPackages: /^nodejs(?:\d+|-current|-lts)?$/ },
  {
    name: "python",
    product: "python",
    advisories: "python",
    osPackages: /^(?:python(?:\d|\d\.\d+|\d{2,3})(?:-minimal)?|platform-python)$/,
  },
  { name: "ruby", product: "ruby", advisories: "ruby", osPackages: /^(?:ruby\d\.\d|libruby\d\.\d|ruby)$/ },
  {
    name: "php",
    product: "php",
    advisories: "php",
    osPackages: /^php(?:\d\.\d|\d{1,2})?(?:-(?:cli|fpm|cgi|common))?$/,
  },
  { name: "perl", product: "perl", osPackages: /^(?:perl|perl-base|perl-interpreter)$/ },
  { name: "go", product: "go", osPackages: /^(?:golang-\d\.\d+-go|golang-bin|go)$/ },
  {
    name: "openjdk",
    product: "openjdk-builds-from-oracle",
    osPackages: /^(?:openjdk-?\d+-(?:jre|jdk)(?:-headless|-base)?|java-[\d.]+-openjdk(?:-headless)?)$/,
  },
  { name: "eclipse-temurin", product: "eclipse-temurin", osPackages: /^temurin-\d+-(?:jre|jdk)$/ },
  {
    name: "amazon-corretto",
    product: "amazon-corretto",
    osPackages: /^java-[\d.]+-amazon-corretto(?:-jdk|-headless|-devel)?$/,
  },
  { name: "azul-zulu", product: "azul-zulu", osPackages: /^zulu\d+-(?:ca-)?(?:jre|jdk)(?:-headless)?$/ },
  { name: "oracle-jdk", product: "oracle-jdk", osPackages: /^jdk-[\d.]+$/ },
  {
    name: "microsoft-openjdk",
    product: "microsoft-build-of-openjdk",
    osPackages: /^msopenjdk-\d+$/,
  },
  {
    name: "dotnet",
    product: "dotnet",
    osPackages: /^(?:dotnet-runtime-\d+\.\d+|dotnet\d+-runtime)$/,
  },
  {
    name: "nginx",
    product: "nginx",
    advisories: "nginx",
    osPackages: /^nginx(?:-core|-light|-full|-extras)?$/,
  },
  {
    name: "httpd",
    product: "apache-http-server",
    advisories: "apache",
    osPackages: /^(?:apache2|apache2-bin|httpd|httpd-core)$/,
  },
  { name: "haproxy", product: "haproxy", advisories: "haproxy", osPackages: /^haproxy$/ },
  {
    name: "postgresql",
    product: "postgresql",
    advisories: "postgresql",
    osPackages: /^(?:postgresql-?\d+(?:\.\d)?(?:-server)?|postgresql-server)$/,
  },
  { name: "redis", product: "redis", advisories: "redis", osPackages: /^redis(?:-server)?$/ },
  { name: "valkey", product: "valkey", advisories: "valkey", osPackages: /^valkey(?:-server)?$/ },
  { name: "memcached", product: "memcached", advisories: "memcached", osPackages: /^memcached$/ },
  {
    name: "mysql",
    product: "mysql",
    osPackages: /^mysql-(?:community-)?server(?:-core)?(?:-\d\.\d)?$/,
  },
  { name: "mariadb", product: "mariadb", osPackages: /^mariadb(?:-server(?:-core)?(?:-\d+\.\d+)?)?$/ },
];

/** The key of a runtime's lifecycles in a database, beside the os-release ids of distributions. */
export function runtimeKey(name: string): string {
  return `generic/${name}`;
}
