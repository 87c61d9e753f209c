import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stillOf } from '../../../src/host-page/still.ts';
import { badge, card, picture, SHOP } from './pictures.ts';

// As bin/build.js puts the files together.
const folder = mkdtempSync(join(tmpdir(), 'dbg-still-'));
cpSync('src/host-page/assets', folder, { recursive: true });
cpSync('src/web/assets', join(folder, 'web/assets'), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

test('an SVG that needs nothing else', () => {
  const svg = stillOf({ ...SHOP, badges: [badge('web', 'web is broken')] }, 'a title', folder);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="1280" height="\d+"/);
  expect(svg).toContain('✗ web: web is broken');
  expect(svg).not.toMatch(/var\(--|href|url\(|data-|tabindex|aria-/);
  expect(svg).toContain('fill: #1f2328'); // the ink of light colours
});

test('names and sentences stay text, and the file stays XML', () => {
  const name = '</text><script>alert(1)</script>&"\u0000\u001b\ud800';
  const evil = picture({ cards: [card(name, { on: 'none' })], badges: [badge(name, `${name}\uffff`)] });
  const svg = stillOf(evil, name, folder);
  expect(svg).not.toMatch(/<script|[\p{Cs}\ufffe\uffff]/u);
  expect(svg.includes('\u0000') || svg.includes('\u001b')).toBe(false);
  expect(svg.match(/&(?!#\d+;)/g)).toBeNull();
});
