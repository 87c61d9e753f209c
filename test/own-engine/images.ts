// The images of the tests, made from Debian's static busybox: no registry is asked.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { call } from './api.ts';
import { execArgv, type EngineState } from './argv.ts';
import { placesOf } from './places.ts';
import { staticBusybox } from './programs.ts';

const execute = promisify(execFile);

interface Image {
  readonly changes: readonly string[];
  readonly fill: (root: string, busybox: string) => void;
}

const PATH = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const IMAGES: Readonly<Record<string, Image>> = {
  busybox: { changes: [PATH, 'CMD ["sh"]'], fill: fillBusybox },
  distroless: { changes: [PATH, 'CMD ["/bin/sleep", "infinity"]'], fill: fillDistroless },
};

/** Imports the images that the engine does not have yet; they stay in its data-root. */
export async function ensureImages(state: EngineState): Promise<void> {
  for (const [name, image] of Object.entries(IMAGES)) {
    const { status } = await call(state.pid, 'GET', `/images/${name}:latest/json`);
    if (status === 404) await importImage(state, name, image);
  }
}

async function importImage(state: EngineState, name: string, image: Image): Promise<void> {
  const busybox = staticBusybox();
  if (!busybox) throw new Error('no static busybox on this machine (Debian package busybox-static)');
  const root = mkdtempSync(join(placesOf(state.dir).run, `image-${name}-`));
  try {
    // mkdtemp makes it 0700, and it becomes the container's / for every user in there.
    chmodSync(root, 0o755);
    image.fill(root, busybox);
    const tar = `${root}.tar`;
    await execute('tar', ['-C', root, '--owner=0', '--group=0', '-cf', tar, '.']);
    const changes = image.changes.flatMap((change) => ['--change', change]);
    const [file = '', ...args] = execArgv(state, ['docker', 'import', ...changes, tar, `${name}:latest`], '/');
    await execute(file, args);
    rmSync(tar);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** All applets beside the one binary. Not busybox itself: linked over the binary, it would be a link to nothing. */
function fillBusybox(root: string, busybox: string): void {
  for (const dir of ['bin', 'etc', 'root', 'tmp', 'var']) mkdirSync(join(root, dir));
  chmodSync(join(root, 'tmp'), 0o1777);
  const binary = join(root, 'bin/busybox');
  copyFileSync(busybox, binary);
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n');
  for (const applet of applets) if (applet && applet !== 'busybox') linkSync(binary, join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
}

/** A container with a program and nothing else, as distroless images are. busybox takes the applet from argv[0]. */
function fillDistroless(root: string, busybox: string): void {
  mkdirSync(join(root, 'bin'));
  copyFileSync(busybox, join(root, 'bin/sleep'));
}
