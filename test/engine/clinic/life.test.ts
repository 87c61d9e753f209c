import { clinic } from './clinic.ts';

clinic(
  'life',
  [
    {
      title: 'it was killed again and again: its limit of memory is too small',
      first: 'life.oom',
      says: '16 MiB',
      make: async (lab) => {
        const options = ['--memory', '16m', '--memory-swap', '16m'];
        const web = await lab.run('web', { options, command: ['tail', '/dev/zero'] });
        await lab.docker('wait', web);
        return [web];
      },
    },
  ],
  [{ title: 'one that sleeps', make: async (lab) => [await lab.run('web')] }],
);
