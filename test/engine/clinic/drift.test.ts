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

clinic(
  'drift',
  [...TOLD],
  [
    { title: 'TZ=UTC without a file', make: async (lab) => [await lab.run('web', { options: ['-e', 'TZ=UTC'] })] },
    {
      title: 'the zone of the host',
      make: async (lab) => [await lab.run('web', { options: ['-v', '/etc/localtime:/etc/localtime:ro'] })],
    },
  ],
);
