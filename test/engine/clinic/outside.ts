import { execa } from 'execa';
import type { Lab } from '../support/lab.ts';

/** The address of somebody outside, and the host's on the wire that leads there. */
export const [OUTSIDE, HOSTS] = ['203.0.113.7', '203.0.113.1'];
/** The device of the host by which it reaches somebody outside. */
export const UPLINK = 'clinic-out';
const NETNS = 'clinic-outside';

/** Runs a program as somebody outside. */
export const outside = (...argv: readonly string[]) => execa('ip', ['netns', 'exec', NETNS, ...argv]);

/**
 * A machine outside, as the engine's host sees it: a network namespace of its own, that answers each
 * HTTP request at port 80 with more than a packet holds. It sends no packet that a network card
 * would have to divide.
 */
export async function machineOutside(lab: Lab, mtu = 1500): Promise<void> {
  const ip = (...words: readonly string[]) => execa('ip', words);
  // Other files of the clinic may have such a machine meanwhile: its namespace is also the lock.
  while ((await execa('ip', ['netns', 'add', NETNS], { reject: false })).exitCode !== 0)
    await new Promise((resolve) => void setTimeout(resolve, 100));
  lab.cleanUp(async () => {
    await execa('ip', ['link', 'del', UPLINK], { reject: false });
    await ip('netns', 'del', NETNS);
  });
  await ip('link', 'add', UPLINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', NETNS);
  await ip('addr', 'add', `${HOSTS}/24`, 'dev', UPLINK);
  await ip('link', 'set', UPLINK, 'mtu', String(mtu), 'up');
  await ip('-n', NETNS, 'addr', 'add', `${OUTSIDE}/24`, 'dev', 'eth0');
  await ip('-n', NETNS, 'link', 'set', 'eth0', 'gso_max_segs', '1', 'up');
  await ip('-n', NETNS, 'link', 'set', 'lo', 'up');
  const page = 'print "HTTP/1.1 200 OK\\r\\nX: ","x"x5000,"\\r\\n\\r\\nhello"';
  const script = `$SIG{CHLD}='IGNORE';socket(S,2,1,0);bind(S,pack_sockaddr_in(80,INADDR_ANY));listen(S,9);while(accept(C,S)){next if fork;sysread C,$_,4096;select C;$|=1;${page};exit}`;
  const server = execa('ip', ['netns', 'exec', NETNS, 'perl', '-MSocket', '-e', script], {
    reject: false,
    stdio: 'ignore',
  });
  lab.cleanUp(async () => {
    server.kill('SIGKILL');
    await server;
  });
  while (!(await outside('ss', '-Hltn')).stdout.includes(':80')) {
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}
