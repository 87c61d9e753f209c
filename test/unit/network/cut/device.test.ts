import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import DEVICE_SCRIPT from '../../../../src/network/cut/device.sh';

/** Devices of a network namespace of its own. `ip` writes both "a@b" and "a", of which "b" is the other end, as a@b. */
const DEVICES = ['lo', 'a@b', 'a', 'b', 'c@if9', 'd@e', 'plain'];
const LINKS = `
ip link add name 'a@b' type bridge
ip link add name a type veth peer name b
ip link add name 'c@if9' type veth peer name 'd@e'
unshare --net sleep 60 & other=$!
until [ "$(readlink "/proc/$other/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
ip link add name plain type veth peer name far netns "$other"
`;
const ASIDE = [...(process.getuid!() === 0 ? [] : ['--user', '--map-root-user']), '--net', 'sh', '-c'];

test('a device is found by its number, whatever is in its name', ({ skip }) => {
  const tried = spawnSync('unshare', [...ASIDE, 'ip link add name a type bridge'], { encoding: 'utf8' });
  skip(tried.status !== 0, `no network namespace with a bridge can be made here: ${tried.stderr}`);
  const script = `${LINKS}
    for wanted in "$@"; do
      ifindex=$(ip -o link show dev "$wanted"); ifindex=\${ifindex%%:*}
      ${DEVICE_SCRIPT}
      look && echo "$name"
    done
    kill "$other"`;
  const found = execFileSync('unshare', [...ASIDE, script, 'sh', ...DEVICES], { encoding: 'utf8' });
  expect(found.trim().split('\n')).toEqual(DEVICES);
});
