import { expect, test } from 'vitest';
import { mayWrite } from '../../../src/cli/elsewhere/named-files.ts';

const ID = '.partial-0a1b2c3d-4026531836-123-456-0a1b2c3d';

test.each([
  ['tcpdump', ['tcpdump', 'web', '-w', 'cap.pcap'], '/home/ann/cap.pcap'],
  ['tcpdump', ['tcpdump', 'web', '-nw', '/tmp/cap.pcap'], '/tmp/cap.pcap'],
  ['tcpdump', ['tcpdump', 'web', '-wcap.pcap'], '/home/ann/cap.pcap'],
  ['tcpdump', ['tcpdump', '--ring', '3', 'web', '-w', 'cap.pcap'], '/home/ann/cap_00001_20261130020000.pcap'],
  ['bundle', ['bundle', 'web', '-o', 't.tar.gz'], `/home/ann/.t.tar.gz${ID}`],
  ['bundle', ['bundle', 'web', '--output=/tmp/t.tar.gz'], '/tmp/t.tar.gz'],
  ['bundle', ['bundle', 'web'], '/home/ann/dbg-web-20261130.tar.gz'],
  ['bundle', ['bundle', 'web'], `/home/ann/.dbg-web-20261130.tar.gz${ID}`],
  ['watch', ['watch', '--record', 'night'], '/home/ann/night'],
])('%s, typed %j, may write %s', (verb, args, path) => {
  expect(mayWrite(verb, args, '/home/ann', path)).toBe(true);
});

test.each([
  ['tcpdump', ['tcpdump', 'profile', '-w', 'cap.pcap'], '/home/ann/.profile'],
  ['tcpdump', ['tcpdump', 'bash', '-w', 'cap.pcap'], '/home/ann/.bashrc'],
  ['tcpdump', ['tcpdump', 'web', '-w', 'cap.pcap', 'host', '/etc/passwd'], '/etc/passwd'],
  ['tcpdump', ['tcpdump', 'web', '-w', 'cap.pcap'], '/home/ann/cap.pcap.sh'],
  ['tcpdump', ['tcpdump', 'web', '-w', 'cap.pcap'], '/tmp/cap.pcap'],
  ['tcpdump', ['tcpdump', 'web'], '/home/ann/web'],
  ['exec', ['exec', 'web', 'cat', '-w', '/home/ann/x'], '/home/ann/x'],
  ['bundle', ['bundle', 'web', '-o', 't.tar.gz'], '/home/ann/dbg-web.tar.gz'],
  ['bundle', ['bundle', 'web'], '/home/ann/.ssh/dbg-web.tar.gz'],
  ['watch', ['watch', 'night'], '/home/ann/night'],
])('%s, typed %j, may not write %s', (verb, args, path) => {
  expect(mayWrite(verb, args, '/home/ann', path)).toBe(false);
});
