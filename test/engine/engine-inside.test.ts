import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { dbg, says } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { nestedEngine } from './support/nested-engine.ts';

test('an engine in a pid namespace of its own numbers processes otherwise, and is reached from outside', async ({
  lab,
}) => {
  const { env, docker } = await nestedEngine(lab);
  await docker('run', '-d', '--init=false', '--name', 'web', '--hostname', 'inside', 'busybox', 'sleep', '3600');
  await docker('run', '-d', '--init=false', '--name', 'host-pid', '--pid=host', 'busybox', 'sleep', '3601');
  const id = await docker('inspect', '-f', '{{.Id}}', 'web');
  const its = Number(await docker('inspect', '-f', '{{.State.Pid}}', 'web'));
  const said = async (...args: readonly string[]) => {
    const { stdout, stderr, exitCode } = await dbg(args, { env });
    expect([exitCode, stderr]).toEqual([0, '']);
    return String(stdout);
  };

  expect(await said('exec', 'web', 'hostname')).toBe('inside');
  const here = /"(?:web|host-pid)" is process (\d+) here$/m.exec(await said('context'))![1]!;
  const numbers = /^NSpid:\s+(\d+)\s+(\d+)/m.exec(readFileSync(`/proc/${here}/status`, 'utf8'))!;
  expect(Number(numbers[1])).not.toBe(Number(numbers[2]));

  const { processes } = JSON.parse(await said('ps', '--json', 'web'));
  expect(processes).toMatchObject([{ argv: ['sleep', '3600'], container_pid: 1 }]);
  const web = String(processes[0].pid);
  expect(readFileSync(`/proc/${web}/cgroup`, 'utf8')).toContain(id);
  expect(readFileSync(`/proc/${web}/status`, 'utf8')).toMatch(new RegExp(`^NSpid:\\s+${web}\\s+${its}\\s+1$`, 'm'));
  expect(await said('exec', 'host-pid', 'sh', '-c', 'readlink /proc/self/ns/uts')).not.toBe(
    await said('exec', 'web', 'sh', '-c', 'readlink /proc/self/ns/uts'),
  );
  expect(await said('ps', 'host-pid')).toContain('sleep 3601');
  expect(await said('limits', 'web')).toContain('memory');
  expect(await said('ns', 'web')).toMatch(/^net +\d+ +no /m);

  const capture = dbg(['tcpdump', 'web', '-i', 'lo', '-c', '2', '-n', 'icmp'], { env });
  await expect
    .poll(async () => {
      await docker('exec', 'web', 'ping', '-c', '1', '-W', '1', '127.0.0.1');
      return capture.exitCode;
    })
    .toBe(0);
  expect((await capture).stdout).toContain('ICMP echo request');

  // The bridge of the way is its own, and no device of the host that dbg runs on is on it.
  const where = dbg(['tcpdump', '--where', '10.215.0.1', 'web'], { env });
  await says(where, /capturing on/);
  where.kill('SIGINT');
  const points = /capturing on (.*)/.exec(String((await where).stderr))![1];
  expect(points).toMatch(/^web\/eth0, \/proc\/\d+\/ns\/net\/veth\w+, \/proc\/\d+\/ns\/net\/docker0$/);

  // Its bridge is called as the one of the host that dbg runs on, and is another one.
  const bridge = JSON.parse(String((await dbg(['why', '--json', 'web', '10.215.0.1:80'], { env })).stdout));
  expect(bridge.answer).toMatchObject({ id: 'transport.refused', sentence: expect.stringContaining('10.215.0.1') });
  expect(await said('veth', 'web')).toMatch(/^web +eth0 +bridge +10\.215\.0\.\d+\/24 +veth\w+ .* both ways/m);

  // And again when it has another process.
  await docker('restart', '-t', '0', 'web');
  expect(await said('exec', 'web', 'hostname')).toBe('inside');
});
