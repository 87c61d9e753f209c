import { dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import { type ArchivedFile, tarOf } from '../../evidence/bundle/write-tar.ts';

/**
 * What tells one build of dbg from another: the digest that the build leaves in dist/key. Throws a
 * DbgError when there is none.
 */
export function ownKey({ host, assetFolder }: Context): string {
  const key = host.read(join(assetFolder, 'key'), 100)?.trim();
  if (key !== undefined && /^[\w.-]+$/.test(key)) return key;
  throw new DbgError('dbg cannot go to another host: its own build has no key', {
    next: [{ what: 'build it', command: `npm --prefix ${dirname(assetFolder)} run build` }],
  });
}

/** Not needed to run, or made for this host's Node. */
const LEFT_OUT = /\.(map|cache)$|^(page|host-page|forwarder\.js|reader-thread\.js|sbom\.cdx\.json)$/;

/** In bytes; the largest file is main.js with some 1 MB. */
const MOST_BYTES = 64 << 20;

/** dbg's own files, as a packed tar archive: what a host without dbg needs to run it. */
export async function ownFiles({ host, assetFolder }: Context): Promise<Buffer> {
  const top = dirname(assetFolder);
  const below = (folder: string): ArchivedFile[] =>
    host
      .entries(join(top, folder))
      .filter((name) => !LEFT_OUT.test(name))
      .flatMap((name) => {
        const path = `${folder}/${name}`;
        return isFolder(path) ? below(path) : [fileAt(path)];
      });
  const isFolder = (path: string) => host.entries(join(top, path)).length > 0;
  const fileAt = (name: string) => ({ name, bytes: host.readBytes(join(top, name), MOST_BYTES, undefined) });
  const files = [fileAt('package.json'), fileAt('bin/dbg.js'), fileAt('bin/package.json'), ...below('dist')];
  const { gzipSync } = await import('node:zlib');
  return gzipSync(tarOf(files, 0));
}
