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
/**
 * Variables by which programs are told of further files: OpenSSL, curl, Python's requests, Node.
 */
const VARIABLES = ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];
/**
 * Folders in which OpenSSL looks for a certificate by the hash of its name, "002c0b4f.0"
 * (X509_LOOKUP_hash_dir(3)): its own on Debian and Alpine, and on Fedora. SSL_CERT_DIR names
 * others.
 */
const FOLDERS = ['/etc/ssl/certs', '/etc/pki/tls/certs'];
const HASHED = /^[\da-f]{8}\.\d{1,3}$/;
/** Debian's bundle has 220 kB, with 140 certificates, and its folder twice as many names. */
const MOST = { bytes: 4 << 20, certificates: 2000, names: 4000, fileBytes: 64 << 10 };

type Reader = Pick<FileReader, 'openInside' | 'link' | 'entries' | 'countEntries'>;

/** What the files of a container have, as PEM. */
export interface Roots {
  readonly roots: readonly string[];
  readonly bundle: Bundle;
}

/**
 * The CA certificates that programs of a container believe: those of its files and folders, and of
 * those that its variables name.
 * @param root the folder that is the root of the container's process: /proc/PID/root
 * @param variables NAME=VALUE
 */
export async function caBundle(host: Reader, root: string, variables: readonly string[]): Promise<Roots> {
  const valuesOf = (names: readonly string[]) =>
    variables.flatMap((each) => {
      const [, name, path] = /^(\w+)=(\/.*)$/.exec(each) ?? [];
      return name !== undefined && names.includes(name) ? [path!] : [];
    });
  const named = valuesOf(VARIABLES);
  const folders = [...valuesOf(['SSL_CERT_DIR']).flatMap((paths) => paths.split(':')), ...FOLDERS];
  const found = new Map<string, string[]>();
  for (const path of new Set([...named, ...FILES])) {
    const blocks = blocksIn(await textInside(host, root, path, MOST.bytes));
    if (blocks.length > 0) found.set(path, blocks);
  }
  for (const folder of new Set(folders.filter((each) => each.startsWith('/')))) {
    const blocks = await hashedIn(host, root, folder);
    // A folder beside a bundle mostly has the same certificates.
    const known = new Set([...found.values()].flat());
    if (blocks.some((block) => !known.has(block))) found.set(folder, blocks);
  }
  const all = [...new Set([...found.values()].flat())].slice(0, MOST.certificates);
  const { X509Certificate } = await import('node:crypto');
  const roots = all.filter((block) => isReadable(() => new X509Certificate(block)));
  return { roots, bundle: { files: [...found.keys()], count: roots.length } };
}

const blocksIn = (text: string | undefined): string[] =>
  text?.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];

/**
 * The certificates of a folder's hashed names, up to MOST of them. The names are listed by way of
 * the host, where a link in the container may lead elsewhere; the files are opened inside.
 */
async function hashedIn(host: Reader, root: string, folder: string): Promise<string[]> {
  const target = host.link(`${root}${folder}`);
  const path = target?.startsWith('/') ? target : folder;
  if ((host.countEntries(`${root}${path}`) ?? Infinity) > MOST.names) return [];
  const names = host.entries(`${root}${path}`).filter((name) => HASHED.test(name));
  const blocks: string[] = [];
  for (const name of names.slice(0, MOST.certificates))
    blocks.push(...blocksIn(await textInside(host, root, `${path}/${name}`, MOST.fileBytes)));
  return blocks;
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
  most: number,
): Promise<string | undefined> {
  try {
    const file = host.openInside(root, path);
    if (file.kind !== 'file') return undefined;
    const pieces: Buffer[] = [];
    let count = 0;
    try {
      while (count < most) {
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
