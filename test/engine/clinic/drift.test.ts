import { writeFile } from 'node:fs/promises';
import { clinic, type Fault } from './clinic.ts';

const TOLD: Fault[] = [
  {
    title: 'its log is an hour behind, though it was given a time zone: the image has none',
    first: 'drift.zone-missing',
    severity: 'suspect',
    says: 'has TZ=Europe/Berlin, but its image does not have that time zone',
    make: async (lab) => [await lab.run('web', { options: ['-e', 'TZ=Europe/Berlin'] })],
  },
  {
    title: 'its log is some hours off: it has a time zone of its own',
    first: 'drift.zone',
    severity: 'note',
    says: /tells the time by XYZ-7:13, and this host by /,
    make: async (lab) => [await lab.run('web', { options: ['-e', 'TZ=XYZ-7:13'] })],
  },
  {
    title: 'its certificates have expired: it is told another time',
    first: 'drift.clock',
    severity: 'suspect',
    says: 'libfaketime: FAKETIME=+9y',
    make: async (lab) => {
      const variables = ['LD_PRELOAD=/usr/lib/faketime/libfaketime.so.1', 'FAKETIME=+9y'];
      return [await lab.run('web', { options: variables.flatMap((each) => ['-e', each]) })];
    },
  },
];

const HIDDEN: Fault[] = [
  {
    title: 'its files have vanished: a mistyped path is mounted over them, and the engine made that folder',
    first: 'drift.files-hidden',
    severity: 'suspect',
    says: /nothing is in "\/etc" .*\/mistyped is empty, and hides \d+ names .*: group, /,
    make: async (lab) => [await lab.run('web', { options: ['-v', `${lab.folder}/mistyped:/etc`] })],
  },
  {
    title: 'some of its files have vanished: a folder of the host is mounted over them',
    first: 'drift.files-hidden',
    severity: 'note',
    says: /"\/etc" of .* hides \d+ names? that its image has there/,
    make: async (lab) => {
      await writeFile(`${lab.folder}/passwd`, 'root:x:0:0:root:/root:/bin/sh\n');
      return [await lab.run('web', { options: ['-v', `${lab.folder}:/etc`] })];
    },
  },
];

clinic(
  'drift',
  [...HIDDEN, ...TOLD],
  [
    { title: 'TZ=UTC without a file', make: async (lab) => [await lab.run('web', { options: ['-e', 'TZ=UTC'] })] },
    {
      title: 'a new volume, which has what the image has',
      make: async (lab) => [await lab.run('web', { options: ['-v', '/etc'] })],
    },
    {
      title: 'the zone of the host',
      make: async (lab) => [await lab.run('web', { options: ['-v', '/etc/localtime:/etc/localtime:ro'] })],
    },
  ],
);
