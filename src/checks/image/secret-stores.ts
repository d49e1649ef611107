/** A file in which a program keeps logins. */
export interface LoginStore {
  readonly what: string;
  /** Base names, exactly. */
  readonly names: readonly string[];
  /** The path must match as well. */
  readonly path?: RegExp;
  /** Group 1 is the value. Each is linear: no part can be read in two ways. */
  readonly value?: RegExp;
  /** The value is a hash: it may hold what otherwise marks a placeholder. */
  readonly hash?: true;
}

const jsonLogin =
  /"(?:auth|identitytoken|registrytoken|password|token|refresh_token|client_secret|secret_key)"\s{0,20}:\s{0,20}"([^"\n]{4,4000})"/g;
const assigned =
  /^[ \t]{0,20}(?:password|passwd|token|secret_key|secret)[ \t]{0,20}[=:][ \t]{0,20}"?([^\s"]{4,4000})/gm;
const inAddress = /:\/\/[^\s:@/]{0,200}:([^\s@/]{4,400})@/g;

/** The stores that are known, by file name. */
export const loginStores: readonly LoginStore[] = [
  {
    what: "npm",
    names: [".npmrc", "npmrc"],
    value:
      /^[ \t]{0,20}(?:\/\/[^\s=]{1,400}:)?_(?:authToken|auth|password)[ \t]{0,20}=[ \t]{0,20}"?([^\s"]{4,4000})/gm,
  },
  {
    what: "Yarn",
    names: [".yarnrc.yml"],
    value: /^[ \t]{0,20}npmAuth(?:Token|Ident):[ \t]{0,20}"?([^\s"]{4,4000})/gm,
  },
  { what: "Docker", names: ["config.json"], path: /(?:^|\/)\.docker\/config\.json$/, value: jsonLogin },
  { what: "Docker", names: [".dockercfg", ".dockerconfigjson"], value: jsonLogin },
  {
    what: "container registry",
    names: ["auth.json"],
    path: /(?:^|\/)containers\/(?:\d+\/)?auth\.json$/,
    value: jsonLogin,
  },
  {
    what: "Composer",
    names: ["auth.json"],
    value: /"(?:password|[\w-]{1,80}(?:\.[\w-]{1,80}){1,8})"\s{0,20}:\s{0,20}"([^"\n]{4,4000})"/g,
  },
  {
    what: "Kubernetes",
    names: ["config"],
    path: /(?:^|\/)\.kube\/config$/,
    value: /^[ \t-]{0,40}(?:client-key-data|token|password):[ \t]{1,20}"?([^\s"]{4,40000})/gm,
  },
  {
    what: "Kubernetes",
    names: [
      "kubeconfig",
      "kubeconfig.yaml",
      "kubeconfig.yml",
      "k3s.yaml",
      "admin.conf",
      "super-admin.conf",
      "kubelet.conf",
    ],
    value: /^[ \t-]{0,40}(?:client-key-data|token|password):[ \t]{1,20}"?([^\s"]{4,40000})/gm,
  },
  { what: "netrc", names: [".netrc", "_netrc"], value: /\bpassword[ \t]{1,20}(\S{4,4000})/g },
  {
    what: "apt",
    names: ["auth.conf"],
    path: /^etc\/apt\/auth\.conf$/,
    value: /\bpassword[ \t]{1,20}(\S{4,4000})/g,
  },
  { what: "PostgreSQL", names: [".pgpass"], value: /^(?!#)(?:[^:\n]{0,200}:){4}(\S{4,400})$/gm },
  { what: "MySQL", names: [".my.cnf"], value: assigned },
  { what: "Git", names: [".git-credentials"], value: inAddress },
  { what: "Git", names: ["config"], path: /(?:^|\/)\.git\/config$/, value: inAddress },
  { what: "Git", names: [".gitconfig"], value: inAddress },
  {
    what: "GitHub CLI",
    names: ["hosts.yml"],
    path: /(?:^|\/)gh\/hosts\.yml$/,
    value: /oauth_token:[ \t]{1,20}(\S{4,400})/g,
  },
  { what: "PyPI", names: [".pypirc"], value: assigned },
  { what: "pip", names: ["pip.conf", "pip.ini"], value: inAddress },
  { what: "AWS", names: ["credentials"], path: /(?:^|\/)\.aws\/credentials$/ },
  { what: "Google Cloud", names: ["application_default_credentials.json", "adc.json"], value: jsonLogin },
  {
    what: "Azure",
    names: ["accessTokens.json", "msal_token_cache.json"],
    value: /"(?:refreshToken|secret)"\s{0,20}:\s{0,20}"([^"\n]{20,8000})"/g,
  },
  {
    what: "RubyGems",
    names: ["credentials"],
    path: /(?:^|\/)\.gem\/credentials$/,
    value: /^:\w{1,80}:[ \t]{1,20}(\S{4,400})/gm,
  },
  {
    what: "Cargo",
    names: ["credentials", "credentials.toml"],
    path: /(?:^|\/)\.cargo\/credentials/,
    value: assigned,
  },
  {
    what: "Maven",
    names: ["settings.xml", "settings-security.xml"],
    value: /<(?:password|passphrase|master)>([^<\n]{4,400})<\//g,
  },
  { what: "Terraform", names: ["credentials.tfrc.json"], value: jsonLogin },
  { what: "Terraform", names: [".terraformrc"], value: assigned },
  { what: "Vault", names: [".vault-token"], value: /^(\S{20,400})\s*$/g },
  {
    what: "S3",
    names: [".s3cfg", ".boto", ".passwd-s3fs"],
    value: /^(?:secret_key|aws_secret_access_key|gs_secret_access_key)[ \t]{0,20}=[ \t]{0,20}(\S{20,100})/gm,
  },
  {
    what: "rclone",
    names: ["rclone.conf"],
    value: /^(?:pass|password|secret_access_key|token)[ \t]{0,20}=[ \t]{0,20}(\S{4,4000})/gm,
  },
  { what: "Databricks", names: [".databrickscfg"], value: assigned },
  {
    what: "mail",
    names: [".msmtprc", ".esmtprc"],
    value: /^[ \t]{0,20}password[ \t]{1,20}"?([^\s"]{4,400})/gm,
  },
  {
    what: "SFTP",
    names: ["sftp-config.json", ".ftpconfig", "sftp.json"],
    value: /"(?:password|passphrase)"\s{0,20}:\s{0,20}"([^"\n]{4,400})"/g,
  },
  {
    what: "FileZilla",
    names: ["sitemanager.xml", "recentservers.xml"],
    value: /<Pass(?: encoding="base64")?>([^<\n]{4,400})<\//g,
  },
  { what: "Erlang", names: [".erlang.cookie"], value: /^(\S{16,255})\s*$/g },
  {
    what: "WordPress",
    names: ["wp-config.php"],
    value:
      /define\(\s{0,20}['"](?:DB_PASSWORD|[A-Z_]{3,20}_(?:KEY|SALT))['"]\s{0,20},\s{0,20}['"]([^'"\n]{4,400})['"]/g,
  },
  {
    what: "web server",
    names: [".htpasswd", "htpasswd"],
    value: /^[^:\s#]{1,100}:(\$\S{20,200}|\{SHA\}\S{20,40}|[\w./]{13})$/gm,
    hash: true,
  },
];

/** Where shells and database clients keep what was typed. */
export const historyNames: ReadonlySet<string> = new Set(
  (
    ".bash_history .zsh_history .zhistory .sh_history .ash_history .ksh_history .history .python_history .node_repl_history .mysql_history " +
    ".psql_history .sqlite_history .rediscli_history .mongosh_history .dbshell .irb_history .php_history .Rhistory ConsoleHost_history.txt"
  ).split(" "),
);

/** Names by which Dockle's CIS-DI-0010 knows credential files, but for those that every framework's own code has (`settings.py`). */
export const credentialNames: ReadonlySet<string> = new Set(
  "credentials.json credential.json credentials credential password.txt passwords.txt secret_token.rb carrierwave.rb omniauth.rb credentials.xml credentials.db".split(
    " ",
  ),
);

/** Endings by which it knows them, and of key stores and password safes. */
export const credentialEndings: ReadonlySet<string> = new Set(
  (
    "secret ovpn private_key cscfg rdp mdf sdf bek tpm fve jks psafe3 agilekeychain keychain pcap gnucache " +
    "p12 pfx pkcs12 keystore kdbx kdb keytab ppk"
  ).split(" "),
);
