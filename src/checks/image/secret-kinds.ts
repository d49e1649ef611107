// oxlint-disable max-lines -- table of data

/** A part of a token: a fixed text, or so many characters of an alphabet. */
export type TokenPart = string | { readonly of: Alphabet; readonly least: number; readonly most: number };

/** Characters as inside a regular expression's brackets. */
export const alphabets = {
  digit: "0-9",
  hex: "0-9a-f",
  upper: "A-Z0-9",
  base32: "A-Z2-7",
  lower36: "a-z0-9",
  letters: "A-Za-z",
  base62: "0-9A-Za-z",
  word: "0-9A-Za-z_",
  base64url: "0-9A-Za-z_\\-",
  base64: "0-9A-Za-z+/",
  base64pad: "0-9A-Za-z+/=",
  dotted: "0-9A-Za-z_.\\-",
  bech32: "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
} as const;

/** Name of an alphabet. */
export type Alphabet = keyof typeof alphabets;

/** How a kind's tokens prove themselves beyond their form; `secret-proof.ts` does it. */
export type Proof =
  | "base62-crc"
  | "github-fine-grained"
  | "gitlab-routable"
  | "grafana-crc"
  | "bech32"
  | "aws-pair"
  | "azure-key"
  | "azure-sas"
  | "jwt-service"
  | "base64-json"
  | "pypi-macaroon";

/** A kind of token. */
export interface TokenKind {
  readonly service: string;
  readonly what: string;
  /** Every token holds one of these; three characters at least, rare ones are searched fastest. */
  readonly literals: readonly string[];
  /** What stands before the literal and is of the token. */
  readonly lead?: readonly TokenPart[];
  /** What follows the literal: one of these forms. */
  readonly forms: readonly (readonly TokenPart[])[];
  readonly proof?: Proof;
  /** A word that must stand close by, in lower case, where the form alone is too common. */
  readonly near?: string;
  /** In a page or a browser's script it is public by design. */
  readonly publicInPages?: true;
}

function of(alphabet: Alphabet, least: number, most = least): TokenPart {
  return { of: alphabet, least, most };
}

const uuid = [
  of("hex", 8),
  "-",
  of("hex", 4),
  "-",
  of("hex", 4),
  "-",
  of("hex", 4),
  "-",
  of("hex", 12),
] as const;

/** The kinds that are looked for, by service. Sources are the services' own manuals. */
export const tokenKinds: readonly TokenKind[] = [
  {
    service: "GitHub",
    what: "token",
    literals: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
    forms: [[of("base62", 36)]],
    proof: "base62-crc",
  },
  {
    service: "GitHub",
    what: "fine-grained token",
    literals: ["github_pat_"],
    forms: [[of("base62", 22), "_", of("base62", 59)]],
    proof: "github-fine-grained",
  },
  {
    service: "npm",
    what: "access token",
    literals: ["npm_"],
    forms: [[of("base62", 36)]],
    proof: "base62-crc",
  },
  {
    service: "GitLab",
    what: "token",
    literals: [
      "glpat-",
      "gldt-",
      "glrt-",
      "glptt-",
      "glcbt-",
      "glsoat-",
      "glft-",
      "glimt-",
      "glagent-",
      "gloas-",
      "glffct-",
    ],
    forms: [
      [of("base64url", 27, 300), ".", of("lower36", 2), ".", of("lower36", 9)],
      [of("base64url", 20, 64)],
    ],
    proof: "gitlab-routable",
  },
  {
    service: "AWS",
    what: "access key",
    literals: ["AKIA", "ASIA"],
    forms: [[of("base32", 16)]],
    proof: "aws-pair",
  },
  {
    service: "Google",
    what: "API key",
    literals: ["AIza"],
    forms: [[of("base64url", 35)]],
    publicInPages: true,
  },
  { service: "Google", what: "OAuth client secret", literals: ["GOCSPX-"], forms: [[of("base64url", 28)]] },
  { service: "Google", what: "OAuth access token", literals: ["ya29."], forms: [[of("base64url", 60, 400)]] },
  {
    service: "Azure",
    what: "storage account key",
    literals: ["AccountKey="],
    forms: [[of("base64", 86), "=="]],
    proof: "azure-key",
  },
  {
    service: "Azure",
    what: "shared access key",
    literals: ["SharedAccessKey="],
    forms: [[of("base64", 43), "="]],
  },
  {
    service: "Azure",
    what: "shared access signature",
    literals: ["&sig="],
    forms: [
      [of("base64", 38, 60), "%3D"],
      [of("base64", 43), "="],
    ],
    proof: "azure-sas",
  },
  {
    service: "Azure DevOps",
    what: "personal access token",
    literals: ["AZDO"],
    lead: [of("base62", 76)],
    forms: [[of("base62", 4)]],
  },
  {
    service: "PyPI",
    what: "API token",
    literals: ["pypi-AgE"],
    forms: [[of("base64url", 60, 400)]],
    proof: "pypi-macaroon",
  },
  {
    service: "DigitalOcean",
    what: "token",
    literals: ["dop_v1_", "doo_v1_", "dor_v1_"],
    forms: [[of("hex", 64)]],
  },
  {
    service: "SendGrid",
    what: "API key",
    literals: ["SG."],
    forms: [[of("base64url", 22), ".", of("base64url", 43)]],
  },
  { service: "Mailgun", what: "API key", literals: ["key-"], forms: [[of("hex", 32)]], near: "mailgun" },
  {
    service: "Mailchimp",
    what: "API key",
    literals: ["-us"],
    lead: [of("hex", 32)],
    forms: [[of("digit", 1, 2)]],
  },
  {
    service: "Brevo",
    what: "API key",
    literals: ["xkeysib-"],
    forms: [[of("hex", 64), "-", of("base62", 16)]],
  },
  {
    service: "Slack",
    what: "token",
    literals: ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"],
    forms: [[of("digit", 9, 14), "-", of("base64url", 16, 100)]],
  },
  {
    service: "Slack",
    what: "app token",
    literals: ["xapp-"],
    forms: [[of("digit", 1), "-A", of("upper", 8, 14), "-", of("digit", 9, 14), "-", of("hex", 64)]],
  },
  {
    service: "Slack",
    what: "webhook",
    literals: ["hooks.slack.com/services/"],
    forms: [["T", of("upper", 8, 12), "/B", of("upper", 8, 12), "/", of("base62", 24)]],
  },
  {
    service: "Discord",
    what: "webhook",
    literals: ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
    forms: [[of("digit", 17, 20), "/", of("base64url", 60, 72)]],
  },
  {
    service: "Microsoft Teams",
    what: "webhook",
    literals: [".webhook.office.com/webhookb2/"],
    forms: [[...uuid, "@", ...uuid, "/IncomingWebhook/", of("hex", 32), "/", ...uuid]],
  },
  {
    service: "Telegram",
    what: "bot token",
    literals: [":AAE", ":AAF", ":AAG", ":AAH"],
    lead: [of("digit", 8, 10)],
    forms: [[of("base64url", 32)]],
  },
  {
    service: "Shopify",
    what: "token",
    literals: ["shpat_", "shpca_", "shppa_", "shpss_"],
    forms: [[of("hex", 32)]],
  },
  {
    service: "Square",
    what: "token",
    literals: ["sq0atp-", "sq0csp-"],
    forms: [[of("base64url", 43)], [of("base64url", 22)]],
  },
  {
    service: "Stripe",
    what: "live key",
    literals: ["sk_live_", "rk_live_"],
    forms: [[of("base62", 24, 247)]],
  },
  { service: "Stripe", what: "webhook secret", literals: ["whsec_"], forms: [[of("base64pad", 32, 64)]] },
  {
    service: "Heroku",
    what: "API key",
    literals: ["HRKU-"],
    forms: [["AA", of("base64url", 58)], [...uuid]],
  },
  {
    service: "HashiCorp Vault",
    what: "token",
    literals: ["hvs.", "hvb."],
    forms: [[of("base64url", 90, 300)], [of("base62", 24)]],
  },
  {
    service: "HCP Terraform",
    what: "API token",
    literals: [".atlasv1."],
    lead: [of("base62", 14)],
    forms: [[of("base64url", 60, 70)]],
  },
  {
    service: "Databricks",
    what: "token",
    literals: ["dapi"],
    forms: [[of("hex", 32), "-", of("digit", 1)], [of("hex", 32)]],
  },
  {
    service: "OpenAI",
    what: "API key",
    literals: ["T3BlbkFJ"],
    lead: ["sk-", of("base64url", 20, 90)],
    forms: [[of("base64url", 20, 90)]],
  },
  {
    service: "Anthropic",
    what: "API key",
    literals: ["sk-ant-api", "sk-ant-admin", "sk-ant-oat", "sk-ant-sid"],
    forms: [[of("digit", 2), "-", of("base64url", 80, 120)]],
  },
  { service: "Hugging Face", what: "token", literals: ["hf_"], forms: [[of("letters", 34)]] },
  { service: "Groq", what: "API key", literals: ["gsk_"], forms: [[of("base62", 52)]] },
  {
    service: "Perplexity",
    what: "API key",
    literals: ["pplx-"],
    forms: [[of("base62", 48)], [of("base62", 53)]],
  },
  { service: "xAI", what: "API key", literals: ["xai-"], forms: [[of("base62", 80)]] },
  { service: "Replicate", what: "API token", literals: ["r8_"], forms: [[of("base62", 37)]] },
  {
    service: "LangSmith",
    what: "API key",
    literals: ["lsv2_pt_", "lsv2_sk_"],
    forms: [[of("hex", 32), "_", of("hex", 10)]],
  },
  {
    service: "Docker Hub",
    what: "access token",
    literals: ["dckr_pat_", "dckr_oat_"],
    forms: [[of("base64url", 27)], [of("base64url", 32)]],
  },
  {
    service: "Atlassian",
    what: "API token",
    literals: ["ATATT3xFfGF0", "ATCTT3xFfGN0"],
    forms: [[of("base64url", 100, 220), "=", of("upper", 8)]],
  },
  {
    service: "Bitbucket",
    what: "app password",
    literals: ["ATBB"],
    forms: [[of("base62", 32)]],
    near: "bitbucket",
  },
  { service: "New Relic", what: "user key", literals: ["NRAK-"], forms: [[of("upper", 27)]] },
  {
    service: "New Relic",
    what: "licence key",
    literals: ["FFFFNRAL"],
    lead: [of("hex", 32)],
    forms: [[]],
  },
  {
    service: "Grafana",
    what: "service account token",
    literals: ["glsa_"],
    forms: [[of("base62", 32), "_", of("hex", 8)]],
    proof: "grafana-crc",
  },
  {
    service: "Grafana Cloud",
    what: "access policy token",
    literals: ["glc_eyJ"],
    forms: [[of("base64pad", 60, 400)]],
    proof: "base64-json",
  },
  {
    service: "Sentry",
    what: "organisation token",
    literals: ["sntrys_eyJ"],
    forms: [[of("base64pad", 60, 400), "_", of("base64", 43)]],
    proof: "base64-json",
  },
  { service: "Sentry", what: "user token", literals: ["sntryu_"], forms: [[of("hex", 64)]] },
  { service: "Linear", what: "API key", literals: ["lin_api_"], forms: [[of("base62", 40)]] },
  { service: "Notion", what: "integration token", literals: ["ntn_"], forms: [[of("base62", 40, 60)]] },
  { service: "Figma", what: "token", literals: ["figd_"], forms: [[of("base64url", 40)]] },
  { service: "Postman", what: "API key", literals: ["PMAK-"], forms: [[of("hex", 24), "-", of("hex", 34)]] },
  {
    service: "PlanetScale",
    what: "token",
    literals: ["pscale_tkn_", "pscale_pw_", "pscale_oauth_"],
    forms: [[of("dotted", 32, 64)]],
  },
  {
    service: "Doppler",
    what: "token",
    literals: ["dp.pt.", "dp.ct.", "dp.sa.", "dp.scim."],
    forms: [[of("base62", 40, 44)]],
  },
  {
    service: "Doppler",
    what: "service token",
    literals: ["dp.st."],
    forms: [[of("base64url", 2, 35), ".", of("base62", 40, 44)], [of("base62", 40, 44)]],
  },
  { service: "Pulumi", what: "access token", literals: ["pul-"], forms: [[of("hex", 40)]] },
  { service: "RubyGems", what: "API key", literals: ["rubygems_"], forms: [[of("hex", 48)]] },
  { service: "NuGet", what: "API key", literals: ["oy2"], forms: [[of("lower36", 43)]] },
  { service: "Clojars", what: "deploy token", literals: ["CLOJARS_"], forms: [[of("hex", 60)]] },
  { service: "Artifactory", what: "API key", literals: ["AKCp"], forms: [[of("base62", 69)]] },
  { service: "Artifactory", what: "reference token", literals: ["cmVmdGtuOj"], forms: [[of("base62", 54)]] },
  {
    service: "SonarQube",
    what: "token",
    literals: ["sqp_", "squ_", "sqa_"],
    forms: [[of("hex", 40)]],
  },
  {
    service: "Fly.io",
    what: "token",
    literals: ["fm2_", "fo1_"],
    forms: [[of("base64pad", 100, 800)], [of("base64url", 43)]],
  },
  { service: "Supabase", what: "access token", literals: ["sbp_"], forms: [[of("hex", 40)]] },
  {
    service: "Supabase",
    what: "secret key",
    literals: ["sb_secret_"],
    forms: [[of("base64url", 22), "_", of("base64url", 8)]],
  },
  {
    service: "Dynatrace",
    what: "API token",
    literals: ["dt0c01.", "dt0s16."],
    forms: [[of("base32", 24), ".", of("base32", 64)]],
  },
  {
    service: "1Password",
    what: "service account token",
    literals: ["ops_eyJ"],
    forms: [[of("base64pad", 250, 1200)]],
    proof: "base64-json",
  },
  {
    service: "HubSpot",
    what: "private app token",
    literals: ["pat-na1-", "pat-na2-", "pat-eu1-"],
    forms: [[...uuid]],
  },
  {
    service: "Tailscale",
    what: "key",
    literals: ["tskey-auth-", "tskey-api-", "tskey-client-"],
    forms: [[of("base62", 10, 24), "-", of("base62", 20, 48)]],
  },
  { service: "Buildkite", what: "API token", literals: ["bkua_"], forms: [[of("hex", 40)]] },
  {
    service: "CircleCI",
    what: "token",
    literals: ["CCIPAT_", "CCIPRJ_"],
    forms: [[of("base62", 22), "_", of("hex", 40)]],
  },
  { service: "Netlify", what: "token", literals: ["nfp_"], forms: [[of("base62", 36, 40)]] },
  {
    service: "Cloudflare",
    what: "origin CA key",
    literals: ["v1.0-"],
    forms: [[of("hex", 24), "-", of("hex", 146)]],
  },
  { service: "PostHog", what: "personal API key", literals: ["phx_"], forms: [[of("base62", 43, 50)]] },
  { service: "Prefect", what: "API key", literals: ["pnu_"], forms: [[of("base62", 36)]] },
  { service: "Shippo", what: "live token", literals: ["shippo_live_"], forms: [[of("hex", 40)]] },
  { service: "ReadMe", what: "API key", literals: ["rdme_"], forms: [[of("lower36", 70)]] },
  { service: "Adafruit IO", what: "key", literals: ["aio_"], forms: [[of("base62", 28)]], near: "adafruit" },
  { service: "Typeform", what: "token", literals: ["tfp_"], forms: [[of("base64url", 40, 64)]] },
  {
    service: "age",
    what: "secret key",
    literals: ["AGE-SECRET-KEY-1"],
    forms: [[of("bech32", 58)]],
    proof: "bech32",
  },
  {
    service: "JSON Web Token",
    what: "of a service account",
    literals: ["eyJhbGci", "eyJ0eXAi", "eyJraWQi"],
    forms: [[of("base64url", 4, 1000), ".eyJ", of("base64url", 20, 3000), ".", of("base64url", 20, 1400)]],
    proof: "jwt-service",
  },
];
