import { describe, expect, test } from 'vitest';
import type { ContainerSummary } from '../../../src/engine/container.ts';
import { matching, serviceNames } from '../../../src/engine/match.ts';
import { summary } from '../fakes.ts';

const labels = (project: string, service: string, number: string, more: Record<string, string> = {}) => ({
  'com.docker.compose.project': project,
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': number,
  ...more,
});
const swarm = (service: string, task: string, stack?: string) => ({
  'com.docker.swarm.service.name': service,
  'com.docker.swarm.task.name': `${service}.${task}`,
  ...(stack ? { 'com.docker.stack.namespace': stack } : {}),
});
const port = (host: number, protocol = 'tcp') => ({ host, container: 80, protocol });
const all: ContainerSummary[] = [
  summary({ id: 'a1', name: 'shop-web-1', labels: labels('shop', 'web', '1') }),
  summary({ id: 'a2', name: 'shop-web-2', labels: labels('shop', 'web', '2'), state: 'paused' }),
  summary({ id: 'a3', name: 'shop-db-1', labels: labels('shop', 'db', '1'), state: 'exited' }),
  summary({ id: 'a4', name: 'blog-db-1', labels: labels('blog', 'db', '1'), ports: [port(5432), port(53, 'udp')] }),
  summary({ id: 'a5', name: 'old-job-1', labels: labels('old', 'job', '1'), state: 'exited' }),
  summary({ id: 'a6', name: 'crash-1', labels: labels('c', 'crash', '1'), state: 'restarting' }),
  summary({ id: 'a7', name: 'crash-2', labels: labels('c', 'crash', '2') }),
  summary({
    id: 'a8',
    name: 'shop-cron-run',
    labels: labels('shop', 'cron', '1', { 'com.docker.compose.oneoff': 'True' }),
  }),
  summary({ id: 'b1', name: 'cache', ports: [port(53), port(8080), port(8080)] }),
  summary({ id: 'b2', name: 'dns', ports: [port(53, 'udp'), port(9000, 'udp'), { ...port(0), host: undefined }] }),
  summary({ id: 'b3', name: 'web-admin' }),
  summary({ id: 'b4', name: 'cache-2', labels: labels('x', 'cache', '1') }),
  summary({ id: 'c1', name: 'front-10' }),
  summary({ id: 'c2', name: 'svc.10.aaaa', labels: swarm('svc', '10.aaaa') }),
  summary({ id: 'c3', name: 'st_api.2.bbbb', labels: swarm('st_api', '2.bbbb', 'st') }),
  summary({ id: 'c4', name: 'agent.node7.cccc', labels: swarm('agent', 'node7.cccc') }),
];

describe('matching', () => {
  test.each([
    ['a full name, before a service and a beginning', 'cache', 'name', ['cache']],
    ['a full id', 'b1', 'name', ['cache']],
    ['a beginning', 'web-', 'prefix', ['web-admin']],
    ['a service with several that live', 'web', 'service', ['shop-web-1', 'shop-web-2']],
    ['with its project', 'shop/web', 'service', ['shop-web-1', 'shop-web-2']],
    ['with its number', 'web.2', 'service', ['shop-web-2']],
    ['with both', 'shop/web.1', 'service', ['shop-web-1']],
    ['a service of two projects, one of which lives', 'db', 'service', ['blog-db-1']],
    ['the stopped one, when it is said', 'shop/db', 'service', ['shop-db-1']],
    ['a service that is stopped', 'job', 'service', ['old-job-1']],
    ['one that restarts may be meant as well', 'crash', 'service', ['crash-1', 'crash-2']],
    ['what `docker compose run` made is not the service', 'cron', 'prefix', []],
    ['nor does a project with the beginning of a service name it', 'shop/we', 'prefix', []],
    ['a beginning does not end within a number', 'front-1', 'prefix', []],
    ['but before one', 'front-', 'prefix', ['front-10']],
    ['nor does a task', 'svc.1', 'prefix', []],
    ['a task of Swarm', 'svc.10', 'service', ['svc.10.aaaa']],
    ['a service of Swarm', 'svc', 'service', ['svc.10.aaaa']],
    ['of a stack', 'st_api', 'service', ['st_api.2.bbbb']],
    ['of a stack, by its short name', 'api.2', 'service', ['st_api.2.bbbb']],
    ['of a stack, with the stack', 'st/api', 'service', ['st_api.2.bbbb']],
    ['a global one', 'agent.node7', 'service', ['agent.node7.cccc']],
    ['a port', ':8080', 'port', ['cache']],
    ['tcp first', ':53', 'port', ['cache']],
    ['udp of two', ':53/udp', 'port', ['blog-db-1', 'dns']],
    ['udp where there is no tcp', ':9000', 'port', ['dns']],
    ['not the other protocol when it is said', ':9000/tcp', 'port', []],
    ['a port of the container is not published', ':80', 'port', []],
    ['no port', ':0', 'port', []],
    ['nothing', '', 'prefix', []],
    ['no port at all', ':http', 'prefix', []],
  ])('%s: %j', (_, ref, by, names) => {
    const match = matching(all, ref);
    expect({ by: match.by, names: match.containers.map(({ name }) => name) }).toEqual({ by, names });
  });
});

test.each([
  [labels('shop', 'web', '2'), ['web', 'web.2', 'shop/web', 'shop/web.2']],
  [{ 'com.docker.compose.service': 'web' }, ['web']],
  [{ 'com.docker.compose.project': 'shop' }, []],
  [{}, []],
])('%j is called %j', (of, names) => expect(serviceNames(of)).toEqual(names));
