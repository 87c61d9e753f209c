import { expect, test } from 'vitest';
import { dependentsOf } from '../../../../src/network/cut/dependents.ts';
import { container, summary } from '../../fakes.ts';

const labels = (service: string, needs = '', project = 'app') => ({
  'com.docker.compose.project': project,
  'com.docker.compose.service': service,
  'com.docker.compose.depends_on': needs,
});
const other = (service: string, needs: string, over: { project?: string; state?: string } = {}) =>
  summary({ id: service, name: service, labels: labels(service, needs, over.project), state: over.state ?? 'running' });
const db = container({ labels: labels('db') });

test('services of its project that need it, each once, in order', () =>
  expect(
    dependentsOf(db, [
      summary({ labels: labels('db') }),
      other('web', 'cache:service_started:false,db:service_healthy:true'),
      other('api', 'db'),
      other('api', 'db'),
      other('cache', 'dbx:service_started:false'),
      other('old', 'db', { state: 'exited' }),
      other('theirs', 'db', { project: 'b' }),
      other('', 'db'),
    ]).services,
  ).toEqual(['api', 'web']));

test('one that Compose did not make has none', () =>
  expect(dependentsOf(container(), [summary(), summary({ id: 'x', labels: {} })])).toEqual({
    ports: [],
    services: [],
  }));

test('published ports: each once for both families, and only its own', () => {
  const port = (host: number | undefined, inside: number, protocol = 'tcp') => ({ host, container: inside, protocol });
  const own = summary({ ports: [port(8080, 80), port(8080, 80), port(undefined, 443), port(53, 53, 'udp')] });
  expect(dependentsOf(db, [summary({ id: 'x', ports: [port(9, 9)] }), own]).ports).toEqual([
    '8080->80/tcp',
    '53->53/udp',
  ]);
  expect(dependentsOf(db, []).ports).toEqual([]);
});
