import { createCipheriv, type CipherGCM } from 'node:crypto';

/** A digest of what is too long to be kept. */
export interface Digest {
  add(data: Buffer): void;
  /**
   * The digest of all that was added: "gmac:" and 32 hexadecimal digits. Nothing may be added after
   * this.
   */
  end(): string;
}

const [KEY, NONCE] = [Buffer.alloc(16), Buffer.alloc(12)];

/**
 * AES-128-GMAC (NIST SP 800-38D) with a key and nonce of zeros.
 * - No two bodies have the same digest by chance. Whoever wants to can make two that have.
 * - The digest of 16 bytes tells which bytes they are. So what may be secret has a SHA-256
 *   (redact/).
 * - GMAC takes 0.06 s for 500 MB. SHA-256 takes 0.28 s for them: that doubled what `dbg api record`
 *   took, and on another thread it cost more than it saved.
 * docs/api-recordings.md tells how to work the digest out with openssl.
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
