import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from "node:crypto";
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from "@sigstore/mock";
import { z } from "zod";

/** A Fulcio, a CT log, a Rekor and a time-stamper of the test's own. */
export interface Sigstore {
  /** trusted_root.json of it; a part may be left out or changed. */
  root(change?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  signer(who: Who): Promise<KeylessSigner>;
  /** A bundle by somebody with a certificate of another authority, with the time-stamper's word. */
  stamped(statement: Uint8Array, certificate: Uint8Array, key: KeyObject): Promise<BundleJson>;
}

/** For whom a certificate is made. */
export interface Who {
  readonly identity: string;
  readonly issuer: string;
  /** Minutes ago at which the certificate was made; it lives ten. */
  readonly age?: number;
}

/** Somebody with a certificate. */
export interface KeylessSigner {
  readonly certificate: Buffer;
  /** A bundle v0.3 over an in-toto statement; `proofs` are what it brings along. */
  bundle(statement: Uint8Array, proofs?: Proofs): Promise<BundleJson>;
  /** The annotations that cosign puts beside this payload. */
  annotations(payload: Uint8Array): Promise<Readonly<Record<string, string>>>;
}

/** What a signature brings along besides its certificate. */
export interface Proofs {
  readonly log?: boolean;
  readonly time?: boolean;
}

/** A bundle to tell lies in. */
export type BundleJson = ReturnType<typeof bundleJson>;

const intoto = "application/vnd.in-toto+json";
const start = "2020-01-01T00:00:00Z";

/**
 * Everything is new: two of them do not know each other. Without `logs` nothing is logged: certificates come without the word of
 * a log, and times are told by the time-stamper alone.
 */
export async function makeSigstore({ logs = true } = {}): Promise<Sigstore> {
  const keys = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
  const big = () => generateKeyPairSync("ec", { namedCurve: "P-384" });
  const caKeys = big();
  const ctLog = await initializeCTLog(keys());
  const witness = logs ? ctLog : undefined;
  const ca = await initializeCA(caKeys, witness);
  const rekor = await initializeTLog("https://rekor.example", keys());
  // The library reads times of whole seconds, or of exactly three digits more. Certificates live ten minutes from now.
  const tsa = await initializeTSA(big(), new Date(Math.floor(Date.now() / 1000) * 1000 + 60_000));
  const log = (host: string, key: Uint8Array): object => ({
    baseUrl: `https://${host}`,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: base64(key),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start },
    },
    logId: { keyId: base64(sha256(key)) },
  });
  const chain = (...certificates: readonly Uint8Array[]): object => ({
    subject: { organization: "test", commonName: "test" },
    certChain: { certificates: certificates.map((one) => ({ rawBytes: base64(one) })) },
    validFor: { start },
  });
  const stamp = async (signature: Uint8Array): Promise<Buffer> =>
    viewed(
      await tsa.timestamp({
        artifactHash: sha256(signature),
        hashAlgorithmOID: "2.16.840.1.101.3.4.2.1",
        nonce: 1,
        policyOID: "1.2.3.4",
        certReq: true,
      }),
    );
  return {
    root: (change = {}) => ({
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: logs ? [log("rekor.example", rekor.publicKey)] : [],
      certificateAuthorities: [chain(viewed(ca.rootCertificate))],
      ctlogs: logs ? [log("ct.example", ctLog.publicKey)] : [],
      timestampAuthorities: [chain(viewed(tsa.intCertificate), viewed(tsa.rootCertificate))],
      ...change,
    }),
    async stamped(statement, certificate, key) {
      const signature = sign("sha256", pae(statement), key);
      const stamps = [{ signedTimestamp: base64(await stamp(signature)) }];
      return bundleJson({ certificate: { rawBytes: base64(certificate) } }, [], stamps, statement, signature);
    },
    async signer({ identity, issuer, age = 0 }) {
      const { publicKey, privateKey } = keys();
      const issuing =
        age === 0 ? ca : await initializeCA(caKeys, witness, new Date(Date.now() - age * 60_000));
      const certificate = viewed(
        await issuing.issueCertificate({
          publicKey: publicKey.export({ type: "spki", format: "der" }),
          subjectAltName: identity,
          extensions: [{ oid: "1.3.6.1.4.1.57264.1.8", value: issuer }],
        }),
      );
      const pem = new X509Certificate(certificate).toString();
      return {
        certificate,
        async bundle(statement, { log: inLog = logs, time = !logs } = {}) {
          const signature = sign("sha256", pae(statement), privateKey);
          const entry = inLog
            ? [entryJson("dsse", await rekor.log(dsseEntry(statement, signature, pem)))]
            : [];
          const stamps = time ? [{ signedTimestamp: base64(await stamp(signature)) }] : [];
          return bundleJson(
            { certificate: { rawBytes: base64(certificate) } },
            entry,
            stamps,
            statement,
            signature,
          );
        },
        async annotations(payload) {
          const signature = sign("sha256", payload, privateKey);
          const entry = logged(await rekor.log(hashedEntry(payload, signature, pem)));
          const bundle = {
            SignedEntryTimestamp: entry.verification.signedEntryTimestamp,
            Payload: {
              body: entry.body,
              integratedTime: entry.integratedTime,
              logIndex: entry.logIndex,
              logID: entry.logID,
            },
          };
          return {
            "dev.cosignproject.cosign/signature": base64(signature),
            "dev.sigstore.cosign/certificate": pem,
            "dev.sigstore.cosign/chain": pem,
            "dev.sigstore.cosign/bundle": JSON.stringify(bundle),
          };
        },
      };
    },
  };
}

/** A bundle over a statement by a key of the test's own. */
export function keyedBundle(
  statement: Uint8Array,
  key: KeyObject,
  hash: string | null = "sha256",
): BundleJson {
  return bundleJson({ publicKey: { hint: "" } }, [], [], statement, sign(hash, pae(statement), key));
}

/** The bytes under a DSSE signature. */
export function pae(statement: Uint8Array, type = intoto): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${statement.length} `), statement]);
}

/** A key pair with its public half in PEM. */
export function keyPair(curve = "P-256"): { readonly key: KeyObject; readonly pem: string } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: curve });
  return {
    key: privateKey,
    pem: createPublicKey(exported(privateKey)).export({ type: "spki", format: "pem" }).toString(),
  };
}

function exported(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function bundleJson(
  key: Readonly<Record<string, unknown>>,
  tlogEntries: readonly object[],
  rfc3161Timestamps: readonly object[],
  statement: Uint8Array,
  signature: Uint8Array,
) {
  return {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { ...key, tlogEntries, timestampVerificationData: { rfc3161Timestamps } },
    dsseEnvelope: {
      payload: base64(statement),
      payloadType: intoto,
      signatures: [{ sig: base64(signature), keyid: "" }],
    },
  };
}

// The answer's own types are in a package that the mock does not bring along.
const answer = z.object({
  body: z.string(),
  integratedTime: z.number(),
  logIndex: z.number(),
  logID: z.string(),
  verification: z.object({
    signedEntryTimestamp: z.string(),
    inclusionProof: z.object({
      logIndex: z.number(),
      rootHash: z.string(),
      treeSize: z.number(),
      checkpoint: z.string(),
    }),
  }),
});

function logged(entries: unknown): z.infer<typeof answer> {
  const [entry] = Object.values(z.record(z.string(), answer).parse(entries));
  if (entry === undefined) throw new Error("log: no entry");
  return entry;
}

function entryJson(kind: string, entries: unknown): object {
  const { body, integratedTime, logIndex, logID, verification } = logged(entries);
  const { inclusionProof: proof, signedEntryTimestamp } = verification;
  return {
    logIndex: String(logIndex),
    logId: { keyId: base64(Buffer.from(logID, "hex")) },
    kindVersion: { kind, version: "0.0.1" },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: base64(Buffer.from(proof.rootHash, "hex")),
      treeSize: String(proof.treeSize),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: body,
  };
}

// The bodies of Rekor's entries (https://github.com/sigstore/rekor/tree/main/pkg/types).
function dsseEntry(statement: Uint8Array, signature: Uint8Array, pem: string): object {
  return {
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: { algorithm: "sha256", value: sha256(statement).toString("hex") },
      payloadHash: { algorithm: "sha256", value: sha256(statement).toString("hex") },
      signatures: [{ signature: base64(signature), verifier: base64(Buffer.from(pem)) }],
    },
  };
}

function hashedEntry(payload: Uint8Array, signature: Uint8Array, pem: string): object {
  return {
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: sha256(payload).toString("hex") } },
      signature: { content: base64(signature), publicKey: { content: base64(Buffer.from(pem)) } },
    },
  };
}

function viewed({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
