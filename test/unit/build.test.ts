import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// What `bin/build.js` leaves in dist/, built twice: in two places, by two environments.

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Readonly<Record<string, Locked>> };

/** What docker-modem and dockerode have for ssh and grpc is not bundled (bin/build.js). */
const LEFT_OUT = /^(ssh2|protobufjs|@grpc\/.*)$/;

/** The top folders of node_modules that are needed by what is bundled. */
function needed(): Set<string> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (LEFT_OUT.test(name) || found.has(name) || lock.packages[`node_modules/${name}`] === undefined) return;
    found.add(name);
    const below = Object.entries(lock.packages).filter(([path]) => path.startsWith(`node_modules/${name}/`));
    for (const each of [lock.packages[`node_modules/${name}`]!, ...below.map(([, locked]) => locked)]) {
      Object.keys({ ...each.dependencies, ...each.optionalDependencies }).forEach(add);
    }
  };
  ['commander', 'dockerode', 'execa', 'inquirer', 'yaml'].forEach(add);
  return found;
}

function build(folder: string, env: Record<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const part of ['bin', 'src', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(part, join(folder, part), { recursive: true });
  }
  for (const name of needed()) {
    const [from, to] = [join('node_modules', name), join(folder, 'node_modules', name)];
    if (existsSync(from)) cpSync(from, to, { recursive: true, filter: (file) => !/\.(d\.[cm]?ts|map)$/.test(file) });
  }
  symlinkSync(join(process.cwd(), 'node_modules/esbuild'), join(folder, 'node_modules/esbuild'));
  execFileSync(process.execPath, [join(folder, 'bin/build.js')], { cwd: '/', env: { ...process.env, ...env } });
}

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile());

const top = mkdtempSync(join(tmpdir(), 'dbg-build-'));
const [one, other] = [join(top, 'one'), join(top, 'another/place/with a longer name')];
const at = (file: string) => readFileSync(join(one, 'dist', file), 'utf8');

beforeAll(() => {
  build(one, { LC_ALL: 'C', TZ: 'UTC' });
  build(other, {
    LC_ALL: 'tr_TR.UTF-8',
    TZ: 'Asia/Tokyo',
    HOME: top,
    npm_config_omit: 'dev',
    npm_config_global: 'true',
  });
}, 300_000);
afterAll(() => rmSync(top, { recursive: true, force: true }), 120_000);

test('two builds are the same, byte by byte, and name no place', () => {
  const names = files(join(one, 'dist')).toSorted();
  expect(files(join(other, 'dist')).toSorted()).toEqual(names);
  const bundles = ['main', 'entry', 'veth'].flatMap((name) => [
    `${name}.js`,
    `${name}-${process.version}-${process.arch}.cache`,
  ]);
  expect(names).toEqual(expect.arrayContaining(bundles));
  const bytes = (folder: string, name: string) => readFileSync(join(folder, 'dist', name));
  expect(names.filter((name) => !bytes(one, name).equals(bytes(other, name)))).toEqual([]);
  expect(names.filter((name) => bytes(one, name).includes(top) || bytes(one, name).includes(process.cwd()))).toEqual(
    [],
  );
});

test('several builds at once leave one whole build, and a dbg that starts meanwhile finds one', async () => {
  const run = promisify(execFile);
  const stale = join(one, 'dist/page/of-an-older-dbg.js');
  writeFileSync(stale, '');
  const done = new AbortController();
  const builds = Promise.all([1, 2, 3].map(() => run(process.execPath, [join(one, 'bin/build.js')])));
  const all = builds.finally(() => done.abort());
  const answers = [];
  while (!done.signal.aborted) answers.push(await run(process.execPath, [join(one, 'bin/dbg.js'), 'exec', '--help']));
  expect((await all).map(({ stderr }) => stderr)).toEqual(['', '', '']);
  expect([...new Set(answers.map(({ stdout }) => stdout.split('\n')[0]))]).toEqual([
    expect.stringMatching(/^Usage: dbg exec/),
  ]);
  const names = files(join(other, 'dist'));
  expect(files(join(one, 'dist')).toSorted()).toEqual(names.toSorted());
  expect([existsSync(stale), existsSync(join(one, 'dist.new'))]).toEqual([false, false]);
}, 300_000);

describe('whose code is in it', () => {
  interface Component {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly scope: string;
    readonly licenses: readonly object[];
    readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  }
  const sbom = () =>
    JSON.parse(at('sbom.cdx.json')) as {
      readonly bomFormat: string;
      readonly specVersion: string;
      readonly metadata: { readonly component: { readonly name: string; readonly purl: string } };
      readonly components: readonly Component[];
      readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
    };
  const licences = () =>
    at('THIRD-PARTY-LICENSES.txt')
      .split(/\n-{100}\n\n/)
      .map((text) => /^(\S+) (\S+) \((.+)\)\n\n([^]*)$/.exec(text)!.slice(1) as [string, string, string, string]);

  test('the SBOM lists what the licences list, with version, purl, licence and digest', () => {
    const { bomFormat, specVersion, components, metadata } = sbom();
    expect([bomFormat, specVersion]).toEqual(['CycloneDX', expect.stringMatching(/^1\.\d$/)]);
    expect(metadata.component).toMatchObject({ name: 'dbg', purl: expect.stringMatching(/^pkg:npm\/dbg@/) });
    expect(components.map(({ name, version }) => `${name} ${version}`).toSorted()).toEqual(
      licences()
        .map(([name, version]) => `${name} ${version}`)
        .toSorted(),
    );
    const licenceOf = new Map(licences().map(([name, version, licence]) => [`${name}@${version}`, licence]));
    for (const each of components) {
      expect(each.purl).toBe(`pkg:npm/${each.name.replace('@', '%40')}@${each.version}`);
      expect(each.scope).toBe('required');
      expect(JSON.stringify(each.licenses)).toContain(licenceOf.get(each['bom-ref']));
      expect(each.hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
    }
  });

  test('they are the packages whose code the source maps name', () => {
    const maps = files(join(one, 'dist')).filter((file) => file.endsWith('.map'));
    const folders = maps.flatMap((file) =>
      (JSON.parse(at(file)) as { sources: string[] }).sources.flatMap(
        (source) => /^\.\.\/(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [],
      ),
    );
    const refs = [...new Set(folders)].map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Component;
      return `${name}@${version}`;
    });
    const listed = sbom().components.map((each) => each['bom-ref']);
    expect(refs.filter((ref) => !listed.includes(ref))).toEqual([]);
    expect(listed).toEqual(
      expect.arrayContaining(['commander@14.0.3', 'dockerode@5.0.1', 'execa@9.6.1', 'inquirer@14.2.5']),
    );
    for (const { ref, dependsOn } of sbom().dependencies) {
      expect([ref, ...dependsOn].filter((each) => !listed.includes(each) && !each.startsWith('dbg@'))).toEqual([]);
    }
  });

  test('nothing in it is of a moment or a place', () => {
    expect(at('sbom.cdx.json')).not.toMatch(/serialNumber|timestamp|urn:uuid|"resolved"|https?:\/\/(?!cyclonedx\.org)/);
  });

  test('each has a licence text', () => {
    for (const [name, , licence, text] of licences()) {
      expect(text, `${name} (${licence})`).toMatch(/permission|licen[cs]e/i);
      expect(text.length, name).toBeGreaterThan(400);
    }
    const [, , licence, text] = licences().find(([name]) => name === 'split-ca')!;
    expect([licence, text]).toEqual(['ISC', expect.stringContaining('Copyright (c) Charles Bushong')]);
  });
});

describe("V8's code cache", () => {
  const run = (folder: string, ...args: readonly string[]) =>
    execFileSync(process.execPath, [join(folder, 'bin/dbg.js'), ...args], { encoding: 'utf8' });

  test.for([
    ['main.js', '--help', "The Docker host's own", "THE DOCKER HOST'S own"],
    ['entry.js', 'exec --help', 'Run a program of the host', 'RUN A PROGRAM OF THE HOST'],
  ] as const)(
    'an edited %s runs what it says now, though it is as long as before, and as old',
    ([file, args, from, to]) => {
      const bundle = join(other, 'dist', file);
      const text = readFileSync(bundle, 'utf8');
      const { atime, mtime } = statSync(bundle);
      expect(run(other, ...args.split(' '))).toContain('Usage: dbg');
      const edited = text.replaceAll(from, to);
      expect([edited === text, edited.length]).toEqual([false, text.length]);
      writeFileSync(bundle, edited);
      utimesSync(bundle, atime, mtime);
      expect(run(other, ...args.split(' '))).toContain(to);
    },
  );
});
