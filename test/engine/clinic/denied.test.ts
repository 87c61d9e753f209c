import { execa } from 'execa';
import { clinic, type Fault } from './clinic.ts';
import { volume, withTmpfs } from './readied.ts';

const suspect = 'suspect';

const DENIED: Fault[] = [
  {
    title: 'permission denied: a volume belongs to root',
    first: 'rights.mount-not-writable',
    severity: suspect,
    says: /runs as user 1000 .* "\/data": that belongs to 0:0, mode 0755/,
    make: async (lab) => [await lab.run('web', { options: ['--user', '1000', '-v', `${await volume(lab)}:/data`] })],
  },
  {
    title: 'permission denied: a folder of the host is another user’s',
    first: 'rights.mount-not-writable',
    severity: suspect,
    says: /runs as user 1000 \(group 1001\).* "\/data": that belongs to 0:0, mode 0700/,
    make: async (lab) => [await lab.run('web', { options: ['--user', '1000:1001', '-v', `${lab.folder}:/data`] })],
  },
  {
    title: 'permission denied: root without its capability',
    first: 'rights.mount-not-writable',
    severity: suspect,
    says: /runs as user 0 .* "\/data": that belongs to 1000:1000/,
    make: async (lab) => {
      await execa('chown', ['1000:1000', lab.folder]);
      return [await lab.run('web', { options: ['--cap-drop', 'ALL', '-v', `${lab.folder}:/data`] })];
    },
  },
  {
    title: 'read-only file system: that of a bind has become so',
    first: 'resources.read-only',
    says: /"\/data" .* the tmpfs file system of .* has become read-only/,
    make: async (lab) => {
      const web = await withTmpfs(lab, 'rw');
      await execa('mount', ['-o', 'remount,ro', lab.folder]);
      return [web];
    },
  },
  {
    title: 'read-only file system: a bind was so on the host already',
    first: 'resources.read-only',
    severity: suspect,
    says: /"\/data" .* is mounted read-only/,
    make: async (lab) => [await withTmpfs(lab, 'ro')],
  },
  {
    title: 'it does not behave as the newest image: that has the name by now',
    first: 'drift.image-moved',
    severity: 'note',
    says: /while "it-does.*" means [0-9a-f]{12} by now/,
    make: async (lab) => {
      const image = lab.name('image');
      await lab.docker('tag', 'busybox', image);
      lab.cleanUp(async () => lab.docker('rm', '-f', lab.name('web')).then(() => lab.docker('rmi', image)));
      const web = await lab.run('web', { image });
      await lab.docker('tag', 'distroless', image);
      return [web];
    },
  },
];

clinic('denied', DENIED, []);
