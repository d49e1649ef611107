import { BlockList, isIP, type LookupFunction } from "node:net";
import { SeaworthyError } from "../core/errors.ts";

/**
 * For addresses that come out of what is scanned: only hosts of the public internet are asked, on their scheme's own port, and beside them
 * those that the user names, as `host` or `host:port`.
 */
export interface PublicOnly {
  readonly beside: readonly string[];
  /** May plain HTTP be spoken? Mirrors of packages do; what they serve is compared with digests, and no secret goes there. */
  readonly plainHttp: boolean;
}

/** @throws SeaworthyError `network-refused` when the URL names a host that is not public, by what can be told without a look-up. */
export function refusePrivate(url: URL, { beside }: Pick<PublicOnly, "beside">): void {
  if (isNamed(url, beside)) return;
  const host = bareHost(url.hostname);
  if (url.port !== "") throw refused(url, `port ${url.port} is not that of ${url.protocol.slice(0, -1)}`);
  if (isIP(host) === 0 ? !isPublicName(host) : !isPublicAddress(host))
    throw refused(url, "it is not on the public internet");
}

/** Did the user name this host? */
export function isNamed(url: URL, beside: readonly string[]): boolean {
  return beside.some((host) => host === url.host || host === url.hostname);
}

/** As `dns.lookup`, but for public addresses only: a public name may lead to a machine of this network. */
export function publicLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses = (Array.isArray(found) ? found : [{ address: found, family: isIP(found) }]).filter(
        ({ address }) => isPublicAddress(address),
      );
      const [first] = addresses;
      if (first === undefined)
        return callback(
          new SeaworthyError(
            "network-refused",
            `connect to "${hostname}": its address is not on the public internet`,
            { hint: named },
          ),
          [],
        );
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** Is it an address that the internet routes? https://www.iana.org/assignments/iana-ipv4-special-registry, …ipv6-special-registry */
export function isPublicAddress(address: string): boolean {
  const bare = address.split("%", 1)[0] ?? "";
  if (isIP(bare) === 4) return !special.check(bare, "ipv4");
  // IPv4 in IPv6's clothes is outside of 2000::/3, and so are all special ranges but those listed.
  return isIP(bare) === 6 && global.check(bare, "ipv6") && !special.check(bare, "ipv6");
}

// A name without a dot is one of this network, and so are these.
function isPublicName(host: string): boolean {
  return (
    host.includes(".") &&
    !/\.(?:local|localhost|localdomain|internal|intranet|lan|home|corp|arpa)$/.test(host)
  );
}

function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

const named = "name the host with --allow-host HOST if it may be asked";

function refused(url: URL, why: string): SeaworthyError {
  return new SeaworthyError("network-refused", `connect to "${url.host}", which the image names: ${why}`, {
    hint: named,
  });
}

const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");

const special = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  special.addSubnet(network, bits, "ipv4");
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  special.addSubnet(network, bits, "ipv6");
