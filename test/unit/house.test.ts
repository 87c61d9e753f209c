import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

// The order of the house (docs/design.md): a room may import from the rooms after it, never from those before.
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'far', 'engine', 'host', 'ui'],
  cli: [
    'verbs',
    'jobs',
    'far',
    'host-page',
    'evidence',
    'network',
    'capture',
    'process',
    'api',
    'timeline',
    'why',
    'enter',
    'engine',
    'host',
    'web',
    'proc',
    'ui',
  ],
  verbs: [
    'cli',
    'jobs',
    'host-page',
    'evidence',
    'network',
    'capture',
    'process',
    'api',
    'timeline',
    'why',
    'enter',
    'engine',
    'host',
    'web',
    'proc',
    'ui',
  ],
  jobs: [
    'far',
    'host-page',
    'evidence',
    'network',
    'capture',
    'process',
    'api',
    'timeline',
    'why',
    'enter',
    'engine',
    'host',
    'web',
    'proc',
  ],
  // What dbg ui shows, made of what others have seen.
  'host-page': ['why', 'network', 'process', 'timeline', 'engine', 'web'],
  evidence: ['why', 'network', 'process', 'api', 'enter', 'engine', 'host', 'proc'],
  // Pure: of the other rooms it has only types, of what it judges.
  why: ['network', 'process', 'enter', 'engine', 'host', 'proc'],
  far: ['engine', 'host', 'proc'],
  network: ['enter', 'engine', 'host', 'proc'],
  capture: ['enter', 'engine', 'host', 'proc'],
  process: ['enter', 'engine', 'host', 'proc'],
  api: ['enter', 'engine', 'host', 'web', 'proc'],
  // Pure: of the engine's room it has only what the engine tells.
  timeline: ['engine', 'proc'],
  enter: ['engine', 'host', 'proc'],
  engine: ['proc'],
  host: ['proc'],
  // Pages for browsers of this machine: what dbg api ui and dbg ui share.
  web: [],
  proc: [],
  ui: [],
};
// Of cli, only the program knows the verbs; of a verb, only what is its own.
const KNOWS_VERBS = join('cli', 'program.ts');
// Words that every room uses; they use nothing themselves (context.ts imports types alone).
const COMMON = ['environment', 'errors', 'text', 'sizes', 'line-reader', 'context', 'bounded-file', 'in-parts'];
const ONLY_IMPORTER: Readonly<Record<string, readonly string[]>> = {
  dockerode: ['engine'],
  execa: ['host'],
  inquirer: ['ui'],
  commander: ['cli', 'verbs'],
  yaml: ['api'],
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join('src', file), 'utf8') }));
const roomOf = (file: string) => file.replace(/\.ts$/, '').split('/')[0]!;
const imports = (text: string) =>
  [...text.matchAll(/(?:^(?:import|export)\s[^;]*?from\s+|^import\s+|import\()'([^']+)'/gm)].map((match) => match[1]!);

const verbOf = (file: string) => file.split('/')[1];
const importedFiles = ({ file, text }: { file: string; text: string }) =>
  imports(text).flatMap((imported) => (imported.startsWith('.') ? [normalize(join(file, '..', imported))] : []));

test.each(files)('$file imports only what its room may', ({ file, text }) => {
  const room = roomOf(file);
  for (const imported of imports(text)) {
    if (imported.startsWith('.')) continue;
    expect(ONLY_IMPORTER[imported] ?? [room], `${file} imports ${imported}`).toContain(room);
  }
  for (const imported of importedFiles({ file, text })) {
    const other = roomOf(imported);
    if (other === '..' || COMMON.includes(other) || COMMON.includes(room)) continue;
    if (other !== room) expect(MAY_IMPORT[room], `${file} imports ${imported}`).toContain(other);
    if (room === 'cli' && other === 'verbs') expect(file, `${file} imports ${imported}`).toBe(KNOWS_VERBS);
    if (room === 'verbs' && other === 'verbs')
      expect(verbOf(file), `${file} imports ${imported}`).toBe(verbOf(imported));
  }
});

test('programs are started in one place, which looks whether there are file descriptors for them', () => {
  const starting = files.filter(({ text }) => /import \{[^}]*\bspawn\b[^}]*\} from 'node:child_process'/.test(text));
  expect(starting.map(({ file }) => file)).toEqual(['host/run/start-program.ts']);
});

test('no file imports itself by way of others', () => {
  const all = new Map(files.map((each) => [each.file, importedFiles(each)]));
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) throw new Error([...way.slice(way.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    for (const next of all.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of all.keys()) visit(file, []);
});

test('a folder has at most 15 files, and no two files have one name', () => {
  const moreThan = (most: number, keys: readonly string[]) =>
    [...new Set(keys)].filter((key) => keys.filter((each) => each === key).length > most);
  const paths = files.map(({ file }) => file);
  // Those of pages too. A script lies beside the file that runs it, and is not counted.
  const all = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(ts|js|css|html)$/.test(path),
  );
  expect(
    moreThan(
      15,
      all.map((path) => dirname(path)),
    ),
    'folders with more than 15 files: make folders below them',
  ).toEqual([]);
  expect(
    moreThan(
      1,
      paths.map((path) => basename(path)),
    ),
    'names that two files have: name the verb’s VERB-verb.ts',
  ).toEqual([]);
});

test('a file that breaks the order would be seen', () => {
  expect(
    imports(`import { a } from './a.ts';\nimport type { B } from '../cli/b.ts';\nconst c = await import('execa');`),
  ).toEqual(['./a.ts', '../cli/b.ts', 'execa']);
  expect(files.flatMap(({ text }) => imports(text)).length).toBeGreaterThan(50);
});

// The forwarder is a program of its own, with a channel to dbg.
test('main.ts and the forwarder are the users of process and of the console', () => {
  const users = files.filter(({ text }) =>
    /(?<![\w-])(?:process|console)\./.test(text.replace(/\/\/.*|\/\*[^]*?\*\//g, '')),
  );
  expect(users.map(({ file }) => file).toSorted()).toEqual(['jobs/forward/forwarder.ts', 'main.ts']);
});

test('shared memory and threads are met beside the traffic alone', () => {
  const users = files.filter(({ text }) => /\bAtomics\b|SharedArrayBuffer|worker_threads/.test(text));
  const outside = users.map(({ file }) => file).filter((file) => !file.startsWith('api/beside/'));
  // The thread's own program: it prints, which the room beside the traffic does not know.
  expect(outside).toEqual(['verbs/api/reader-thread.ts']);
});
