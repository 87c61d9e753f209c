import { createCipheriv, type CipherGCM } from 'node:crypto';

/** A digest of what is too long to be kept. */
export interface Digest {
  add(data: Buffer): void;
  /** Of all that was added, as "gmac:" and 32 hexadecimal digits. Nothing may be added after. */
  end(): string;
}

const [KEY, NONCE] = [Buffer.alloc(16), Buffer.alloc(12)];

/**
 * AES-128-GMAC (NIST SP 800-38D) with a key and nonce of zeros. No two bodies have the same by chance; who wants to can make two that have,
 * and of 16 bytes it tells which they are: what may be secret has SHA-256 (redact/). That takes 0.28 s for 500 MB, which doubled what `dbg api record`
 * took for them, and on another thread it cost more than it saved; this takes 0.06 s. docs/api-recordings.md: how to work it out with openssl.
 */
export function gmac(): Digest {
  const cipher: CipherGCM = createCipheriv('aes-128-gcm', KEY, NONCE);
  return {
    add: (data) => void cipher.setAAD(data),
    end: () => {
      cipher.final();
      return `gmac:${cipher.getAuthTag().toString('hex')}`;
    },
  };
}
