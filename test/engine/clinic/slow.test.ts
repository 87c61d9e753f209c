import { clinic, type Fault } from './clinic.ts';
import { PERL, ready, waited, procSays } from './readied.ts';

const suspect = 'suspect';

const SLOW: Fault[] = [
  {
    title: 'its workers vanish: one was killed for want of memory, and it lives on',
    first: 'resources.oom-kills',
    says: /killed 1 process .* 16MiB/,
    make: async (lab) => [
      await ready(lab, 'tail /dev/zero; echo ready; exec sleep 3600', ['--memory', '16m', '--memory-swap', '16m']),
    ],
  },
  {
    title: 'it is slow: its memory is nearly used up',
    first: 'resources.memory-near-limit',
    severity: suspect,
    says: /of its 32MiB of memory \(9\d %\)/,
    make: async (lab) => [
      await ready(lab, 'dd if=/dev/zero of=/dev/shm/x bs=1M count=30; echo ready; exec sleep 3600', [
        '--memory',
        '32m',
        '--memory-swap',
        '32m',
      ]),
    ],
  },
  {
    title: 'it is slow: its CPU quota is small',
    first: 'resources.throttled',
    severity: suspect,
    says: /quota of 0.1 CPUs/,
    make: async (lab) => [
      await lab.run('web', { options: ['--cpus', '0.1'], command: ['sh', '-c', 'while :; do :; done'] }),
    ],
  },
  {
    title: 'it is slow: one thread never rests',
    first: 'processes.busy',
    severity: suspect,
    says: /is busy all the time/,
    make: async (lab) => [await ready(lab, 'echo ready; while :; do :; done')],
  },
  {
    title: 'it answers nobody: its main process was stopped',
    first: 'processes.stopped',
    says: /main process .*\(sleep\)/,
    make: async (lab) => {
      const web = await lab.run('web');
      const pid = await lab.pid(web);
      process.kill(pid, 'SIGSTOP');
      await procSays(pid, 'stat', /\) T /);
      return [web];
    },
  },
  {
    title: 'it does half of its work: a worker was stopped',
    first: 'processes.stopped',
    severity: suspect,
    says: /1 process is stopped .*\(sleep\)/,
    make: async (lab) => [
      await ready(
        lab,
        'sleep 3600 & while ! grep -q "(sleep)" /proc/$!/stat; do :; done; kill -STOP $!; echo ready; wait',
      ),
    ],
  },
  {
    title: 'it answers nobody: its threads wait for each other',
    first: 'processes.deadlock',
    severity: suspect,
    says: /all 3 threads .*\(perl\)/,
    make: async (lab) => {
      const script =
        '$| = 1; my $x :shared; for (1, 2) { async { lock $x; cond_wait $x } } print "ready\n"; { lock $x; cond_wait $x }';
      const web = await waited(lab, {
        options: PERL,
        command: ['perl', '-Mthreads', '-Mthreads::shared', '-e', script],
      });
      await procSays(await lab.pid(web), 'wchan', /futex/);
      return [web];
    },
  },
  {
    title: 'kill -9 does not end it: it hangs in the kernel',
    first: 'processes.hangs',
    severity: suspect,
    says: /\(perl\) .* hangs in .*\(state D\)/,
    make: async (lab) => {
      // vfork(2): the parent waits in state D for the child to become another program, which it
      // does not.
      const vfork = process.arch === 'x64' ? 'syscall(58)' : 'syscall(220, 0x4111, 0, 0, 0, 0)';
      const command = ['perl', '-e', `my $child = ${vfork}; sleep 3600 if $child == 0; sleep 3600`];
      const web = await lab.run('web', { options: PERL, command });
      await procSays(await lab.pid(web), 'stat', /\) D /);
      return [web];
    },
  },
];

clinic('slow', SLOW, []);
