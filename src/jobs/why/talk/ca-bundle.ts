import type { FileReader } from '../../../host/host-files.ts';
import type { Bundle } from '../../../why/connection/talk/talk-facts.ts';

/**
 * Where distributions keep the CA certificates that programs believe, in one file: Debian and
 * Alpine, Fedora, openSUSE, and OpenSSL's own default (crypto/x509/root_linux.go of Go).
 */
const FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** Variables by which programs are told of further files: OpenSSL, curl, Python's requests, Node. */
const VARIABLES = ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];
/** Debian's bundle has 220 kB, with 140 certificates. */
const MOST = { bytes: 4 << 20, certificates: 2000 };

/** What the files of a container have, as PEM. */
export interface Roots {
  readonly roots: readonly string[];
  readonly bundle: Bundle;
}

/**
 * The CA certificates that programs of a container believe: those of its files, and of the files
 * that its variables name.
 * @param root the folder that is the root of the container's process: /proc/PID/root
 * @param variables NAME=VALUE
 */
export async function caBundle(
  host: Pick<FileReader, 'openInside'>,
  root: string,
  variables: readonly string[],
): Promise<Roots> {
  const named = variables.flatMap((each) => {
    const [, name, path] = /^(\w+)=(\/.*)$/.exec(each) ?? [];
    return name !== undefined && VARIABLES.includes(name) ? [path!] : [];
  });
  const found = new Map<string, string[]>();
  for (const path of new Set([...named, ...FILES])) {
    const text = await textInside(host, root, path);
    const blocks = text?.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
    if (blocks) found.set(path, blocks);
  }
  const all = [...new Set([...found.values()].flat())].slice(0, MOST.certificates);
  const { X509Certificate } = await import('node:crypto');
  const roots = all.filter((block) => isReadable(() => new X509Certificate(block)));
  return { roots, bundle: { files: [...found.keys()], count: roots.length } };
}

/** Whether something can be read: a certificate that cannot would make all others worthless. */
function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

async function textInside(
  host: Pick<FileReader, 'openInside'>,
  root: string,
  path: string,
): Promise<string | undefined> {
  try {
    const file = host.openInside(root, path);
    if (file.kind !== 'file') return undefined;
    const pieces: Buffer[] = [];
    let count = 0;
    try {
      while (count < MOST.bytes) {
        const piece = await file.next();
        if (piece.length === 0) break;
        pieces.push(Buffer.from(piece));
        count += piece.length;
      }
    } finally {
      file.close();
    }
    return Buffer.concat(pieces).toString('latin1');
  } catch {
    return undefined;
  }
}
