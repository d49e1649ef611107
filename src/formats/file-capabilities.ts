// The extended attribute `security.capability` (struct vfs_cap_data of linux/capability.h): a word with revision and the
// effective flag, then permitted and inheritable sets, 32 bits each, one pair (revision 1) or two (2, 3); revision 3 ends with
// the user id of the namespace's root. Little-endian.

const names = (
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service " +
  "net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin " +
  "sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override " +
  "mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
).split(" ");

const pairsOf: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 2 };

/**
 * File capabilities as `getcap -n` writes them, `cap_net_raw=ep`, with `[rootid=1000]` behind those of one user namespace;
 * empty for none. `attribute` has one character a byte. Undefined for what is no such attribute, or of a revision that is not known.
 */
export function readFileCapabilities(attribute: string): string | undefined {
  const bytes = Buffer.from(attribute, "latin1");
  if (bytes.length < 4) return undefined;
  const magic = bytes.readUInt32LE(0);
  const pairs = pairsOf[magic >>> 24] ?? 0;
  if (pairs === 0 || bytes.length < 4 + pairs * 8) return undefined;
  const effective = (magic & 1) === 1 ? "e" : "";
  const byFlags = new Map<string, string[]>();
  for (let bit = 0; bit < pairs * 32; bit += 1) {
    const at = 4 + (bit >> 5) * 8;
    const permitted = isSet(bytes, at, bit) ? "p" : "";
    const inheritable = isSet(bytes, at + 4, bit) ? "i" : "";
    const flags = `${effective}${inheritable}${permitted}`;
    if (permitted + inheritable === "") continue;
    byFlags.set(flags, [...(byFlags.get(flags) ?? []), `cap_${names[bit] ?? bit}`]);
  }
  const text = [...byFlags].map(([flags, caps]) => `${caps.join(",")}=${flags}`).join(" ");
  return text === "" ? "" : text + rootOf(bytes, pairs, magic);
}

function rootOf(bytes: Buffer, pairs: number, magic: number): string {
  const at = 4 + pairs * 8;
  const root = magic >>> 24 === 3 && bytes.length >= at + 4 ? bytes.readUInt32LE(at) : 0;
  return root === 0 ? "" : ` [rootid=${root}]`;
}

function isSet(bytes: Buffer, at: number, bit: number): boolean {
  return ((bytes.readUInt32LE(at) >>> (bit & 31)) & 1) === 1;
}
