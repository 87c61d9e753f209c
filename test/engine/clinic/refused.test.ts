import type { Lab } from '../support/lab.ts';
import { clinic, type Fault } from './clinic.ts';

/** A container that does the same again and again, to be traced. */
const again = async (lab: Lab, line: string, options: readonly string[] = []) => [
  await lab.run('web', { options, command: ['sh', '-c', `while :; do ${line}; sleep 0.2; done`] }),
  '--trace',
];

const REFUSED: Fault[] = [
  {
    title: 'operation not permitted: it may not give its files to another user',
    first: 'rights.refused',
    severity: 'suspect',
    says: /was refused \w*chown\w*\(.* with EPERM, \d+ times? in 3 seconds: that needs CAP_CHOWN, which it does not have/,
    make: async (lab) => again(lab, 'chown 1:1 /tmp', ['--cap-drop', 'CHOWN']),
  },
  {
    title: 'operation not permitted: it may not mount',
    first: 'rights.refused',
    severity: 'suspect',
    says: /was refused mount\(.*: that needs CAP_SYS_ADMIN, which it does not have/,
    make: async (lab) => again(lab, 'mount -t tmpfs none /mnt'),
  },
  {
    title: 'permission denied: the file is another user’s',
    first: 'rights.refused',
    severity: 'suspect',
    says: /was refused open\w*\(.*"\/etc\/app.conf".* with EACCES.*: the permissions there do not allow it to its user/,
    make: async (lab) => again(lab, 'echo x >/etc/app.conf', ['--user', '1000']),
  },
];

clinic('refused calls', REFUSED, [
  { title: 'nothing is refused while it is traced', make: async (lab) => again(lab, ': >/tmp/x') },
  { title: 'one that only sleeps is traced', make: async (lab) => [await lab.run('web'), '--trace', '--for', '200ms'] },
]);
