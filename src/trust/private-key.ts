import { createPrivateKey, type KeyObject, scryptSync } from "node:crypto";
import nacl from "tweetnacl";
import { SeaworthyError } from "../core/errors.ts";
import { count, parseJson, record, text } from "../formats/shape.ts";
import { decodeBase64 } from "./base64.ts";
import { refuseWeak } from "./public-key.ts";

/**
 * A private key in PEM: PKCS#8 (encrypted or not), SEC 1, PKCS#1, or cosign's own encrypted format. No message has a part of it.
 * @throws SeaworthyError `malformed`, `unsupported`, `auth-failed` for a wrong or missing password.
 */
export function readPrivateKey(pem: string, name: string, password: string | undefined): KeyObject {
  const action = `read private key "${name}"`;
  const cosign = /-----BEGIN ENCRYPTED (?:COSIGN|SIGSTORE) PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END /.exec(
    pem,
  );
  const key =
    cosign === null ? parsePem(pem, action, password) : openCosign(cosign[1] ?? "", action, password);
  refuseWeak(key, action);
  return key;
}

// OpenSSL's own errors may quote what they read: they are no cause of ours.
function parsePem(pem: string, action: string, password: string | undefined): KeyObject {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw new SeaworthyError("malformed", `${action}: it holds no private key in PEM`);
  const encrypted = pem.includes("ENCRYPTED");
  if (encrypted && password === undefined) throw noPassword(action);
  try {
    return createPrivateKey({
      key: pem,
      format: "pem",
      ...(encrypted ? { passphrase: password ?? "" } : {}),
    });
  } catch {
    if (encrypted) throw wrongPassword(action);
    throw new SeaworthyError("malformed", `${action}: it cannot be parsed`);
  }
}

const largestCost = 2 ** 20;

// https://github.com/secure-systems-lab/go-securesystemslib/blob/main/encrypted/encrypted.go
function openCosign(base64: string, action: string, password: string | undefined): KeyObject {
  if (password === undefined) throw noPassword(action);
  const { kdf, cipher, ciphertext } = sealedKey(base64, action);
  const { N, r, p, salt } = kdf;
  if (N > largestCost || r > 32 || p > 16)
    throw new SeaworthyError("limit-exceeded", `${action}: opening it would take too long`);
  const secret = scryptSync(password, salt, nacl.secretbox.keyLength, {
    N,
    r,
    p,
    maxmem: 256 * N * r + (1 << 20),
  });
  const opened = nacl.secretbox.open(ciphertext, cipher, secret);
  if (opened === null) throw wrongPassword(action);
  try {
    return createPrivateKey({ key: Buffer.from(opened), format: "der", type: "pkcs8" });
  } catch {
    throw new SeaworthyError("malformed", `${action}: it cannot be parsed`);
  }
}

interface SealedKey {
  readonly kdf: { readonly N: number; readonly r: number; readonly p: number; readonly salt: Uint8Array };
  readonly cipher: Uint8Array;
  readonly ciphertext: Uint8Array;
}

function sealedKey(base64: string, action: string): SealedKey {
  const json = Buffer.from(base64.replace(/\s+/g, ""), "base64").toString();
  const what = action.replace(/^read /, "");
  const whole = record(parseJson(json, what), what);
  const kdf = record(whole["kdf"], `${what}.kdf`);
  const cipher = record(whole["cipher"], `${what}.cipher`);
  if (kdf["name"] !== "scrypt" || cipher["name"] !== "nacl/secretbox")
    throw new SeaworthyError("unsupported", `${action}: it is not sealed with scrypt and nacl/secretbox`);
  const parameters = record(kdf["params"], `${what}.params`);
  const bytes = (value: unknown, field: string): Uint8Array =>
    new Uint8Array(decodeBase64(text(value, `${what}.${field}`), `${what}.${field}`));
  const nonce = bytes(cipher["nonce"], "nonce");
  if (nonce.length !== nacl.secretbox.nonceLength)
    throw new SeaworthyError("malformed", `${action}: its nonce has ${nonce.length} bytes`);
  return {
    kdf: {
      N: costOf(count(parameters["N"], `${what}.N`), action),
      r: count(parameters["r"], `${what}.r`),
      p: count(parameters["p"], `${what}.p`),
      salt: bytes(kdf["salt"], "salt"),
    },
    cipher: nonce,
    ciphertext: bytes(whole["ciphertext"], "ciphertext"),
  };
}

function costOf(cost: number, action: string): number {
  if (cost > 1 && Number.isInteger(Math.log2(cost))) return cost;
  throw new SeaworthyError("malformed", `${action}: its cost is no power of two`);
}

function noPassword(action: string): SeaworthyError {
  return new SeaworthyError("auth-failed", `${action}: it is encrypted, and there is no password`, {
    hint: "set COSIGN_PASSWORD",
  });
}

function wrongPassword(action: string): SeaworthyError {
  return new SeaworthyError("auth-failed", `${action}: the password does not open it`, {
    hint: "COSIGN_PASSWORD has the password",
  });
}
