import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';

// The order of the house (docs/design.md): a room may import from the rooms after it, never from those before.
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'engine', 'host', 'ui'],
  cli: ['network', 'capture', 'process', 'api', 'enter', 'engine', 'host', 'ui'],
  network: ['enter', 'engine', 'host'],
  capture: ['enter', 'engine', 'host'],
  process: ['enter', 'engine', 'host'],
  api: ['enter', 'engine', 'host'],
  enter: ['engine', 'host'],
  engine: [],
  host: [],
  ui: [],
};
// Words that every room uses; they use nothing themselves (context.ts imports types alone).
const COMMON = ['errors', 'text', 'context', 'bounded-file'];
const ONLY_IMPORTER: Readonly<Record<string, string>> = {
  dockerode: 'engine',
  execa: 'host',
  inquirer: 'ui',
  commander: 'cli',
  yaml: 'api',
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join('src', file), 'utf8') }));
const roomOf = (file: string) => file.replace(/\.ts$/, '').split('/')[0]!;
const imports = (text: string) =>
  [...text.matchAll(/(?:^(?:import|export)\s[^;]*?from\s+|^import\s+|import\()'([^']+)'/gm)].map((match) => match[1]!);

test.each(files)('$file imports only what its room may', ({ file, text }) => {
  const room = roomOf(file);
  for (const imported of imports(text)) {
    if (!imported.startsWith('.')) {
      expect(ONLY_IMPORTER[imported] ?? room, `${file} imports ${imported}`).toBe(room);
      continue;
    }
    const other = roomOf(normalize(join(file, '..', imported)));
    if (other === '..' || COMMON.includes(other) || COMMON.includes(room) || other === room) continue;
    expect(MAY_IMPORT[room], `${file} imports ${imported}`).toContain(other);
  }
});

test('a file that breaks the order would be seen', () => {
  expect(
    imports(`import { a } from './a.ts';\nimport type { B } from '../cli/b.ts';\nconst c = await import('execa');`),
  ).toEqual(['./a.ts', '../cli/b.ts', 'execa']);
  expect(files.flatMap(({ text }) => imports(text)).length).toBeGreaterThan(50);
});

test('main.ts is the one user of process and of the console', () => {
  const users = files.filter(({ text }) => /\bprocess\.|\bconsole\./.test(text.replace(/\/\/.*|\/\*[^]*?\*\//g, '')));
  expect(users.map(({ file }) => file)).toEqual(['main.ts']);
});
