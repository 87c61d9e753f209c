import { expect, test } from 'vitest';
import { tcpPeer, unixPeer } from '../../../../src/api/wire/client-process.ts';

// As `ss -xtnpH state connected` of iproute2 6.1 prints them: a server at a path, its client; TCP from both ends.
const LINES = `
u_str ESTAB 0      0                          /tmp/dbg-api-x/docker.sock 4278 * 4279 users:(("node",pid=70,fd=21))
u_str ESTAB 0      0                                                   * 4279 * 4278 users:(("docker",pid=4711,fd=3))
u_str ESTAB 0      0                                                   * 42790 * 42780 users:(("other",pid=1,fd=3))
u_str ESTAB 0      0                          /tmp/dbg-api-x/docker.sock 4300 * 4301 users:(("node",pid=70,fd=22))
u_str ESTAB 0      0                                                   * 4301 * 4300 users:(("sh",pid=12,fd=1),("cat",pid=13,fd=1))
u_str ESTAB 0      0                          /tmp/dbg-api-x/docker.sock 4400 * 4401
u_str ESTAB 0      0                                                   * 4401 * 4400
u_str ESTAB 0      0                          /tmp/dbg-api-x/docker.sock 4500 * 4501 users:(("node",pid=70,fd=22))
u_str ESTAB 0      0                                                   * 4501 * 4500 users:(("a (b)",pid=14,fd=1))
u_str ESTAB 0      0                          /tmp/dbg-api-x/docker.sock 4600 * 4601 users:(("node",pid=70,fd=22))
u_str ESTAB 0      0                                                   * 4601 * 4600 users:(("docker",pid=1",pid=15,fd=3))
u_str ESTAB 0      0                          /tmp/dbg-api-x/docker.sock 4700 * 4701 users:(("node",pid=70,fd=22))
u_str ESTAB 0      0                                                   * 4701 * 4700 users:(("a",pid=1,fd=3),",pid=16,fd=3))
tcp   ESTAB 0      0      127.0.0.1:2375   127.0.0.1:40000 users:(("node",pid=70,fd=23))
tcp   ESTAB 0      0      127.0.0.1:40000  127.0.0.1:2375  users:(("curl",pid=99,fd=5))  
tcp   ESTAB 0      0      [::1]:40001      [::1]:2375      users:(("curl",pid=98,fd=5))
tcp   ESTAB 0      0      127.0.0.1:40002  127.0.0.1:2375
`.trim();

test.for([
  [4278, 'docker[4711]'],
  [4300, 'sh[12]'],
  [4400, undefined],
  [4500, 'a (b)[14]'],
  [4600, 'docker",pid=1[15]'],
  [4700, 'a",pid=1,fd=3),[16]'],
  [427, undefined],
  [9999, undefined],
] as const)('who is at the other end of the socket with inode %i', ([inode, who]) => {
  expect(unixPeer(LINES, inode)).toBe(who);
});

test.for([
  ['127.0.0.1:40000', 'curl[99]'],
  ['[::1]:40001', 'curl[98]'],
  ['127.0.0.1:40002', undefined],
  ['10.0.0.1:40000', undefined],
] as const)('who has the address %s', ([address, who]) => {
  expect(tcpPeer(LINES, address)).toBe(who);
});
