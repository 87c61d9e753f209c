import { notA } from './engine-errors.ts';

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The most that a volume may hold by the options that it was made with, as they were typed: "10m".
 * Empty where they name no size. Throws a DbgError when the answer is of no volume.
 *
 * The local driver takes `size` (a project quota), and mount options in `o`, such as tmpfs(5)'s
 * size. Other drivers are asked by `size` too.
 * @param answer of GET /volumes/{name}
 */
export function parseVolumeSize(answer: unknown): string {
  const body = object(answer);
  if (text(body['Name']) === '') throw notA('a volume');
  const options = object(body['Options']);
  const [, inMount = ''] = /(?:^|,)size=([^,]+)/.exec(text(options['o'])) ?? [];
  return text(options['size']) || inMount;
}
