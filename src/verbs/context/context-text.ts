import { addressText, type TlsFiles } from '../../engine/address.ts';
import { sourceText } from '../../engine/choice/engine-wish.ts';
import type { EngineLook } from '../../jobs/look-at-engine.ts';
import { escapeControls } from '../../text.ts';

/** What was seen, a line for each thing. `folder`: docker's configuration. */
export function contextText({ choice, version, where }: EngineLook, folder: string): string {
  const { address, source, form } = choice;
  const headers = Object.keys(form.headers);
  const added = [
    ...(headers.length > 0 ? [`the headers ${headers.join(', ')}`] : []),
    ...(form.apiVersion === undefined ? [] : [`version ${form.apiVersion} of the API`]),
  ];
  const lines: [string, string | undefined][] = [
    ['engine', `${addressText(address)}${address.kind === 'tcp' ? `, ${tlsText(address.tls)}` : ''}`],
    ['chosen', sourceText(source, folder)],
    ['requests', added.length === 0 ? undefined : `with ${added.join(' and ')}`],
    ['answers', version && `${version.name} ${version.version}, API ${version.api}`],
    ['containers', where && whereText(where)],
  ];
  const shown = lines.flatMap(([what, text]) => (text ? [`${what.padEnd(12)}${escapeControls(text)}\n`] : []));
  return shown.join('');
}

function tlsText(tls: TlsFiles | undefined): string {
  if (tls === undefined) return 'without TLS';
  const verified = tls.acceptsAny
    ? 'TLS with whoever answers'
    : `TLS verified by ${tls.ca === undefined ? "this system's CAs" : tls.ca}`;
  return tls.cert === undefined || tls.key === undefined ? verified : `${verified}, as ${tls.cert}`;
}

function whereText(where: NonNullable<EngineLook['where']>): string {
  switch (where.kind) {
    case 'here':
      return `on this host: "${where.container}" is process ${where.pid} here`;
    case 'elsewhere':
      return `not on this host: ${where.evidence}`;
    default:
      return 'none runs, so it is not known whether they would be on this host';
  }
}

/** The object that `dbg context --json` prints. Its keys are documented in docs/engines.md. */
export const contextRecord = ({ choice: { address, source, form, client }, version, where, trouble }: EngineLook) => ({
  engine: addressText(address),
  decided_by: source.by,
  context: 'context' in source ? source.context : null,
  tls: address.kind === 'tcp' ? tlsRecord(address.tls) : null,
  headers: Object.keys(form.headers),
  api_version: form.apiVersion ?? null,
  client: version?.name === 'Podman' ? 'podman' : client,
  answer: version ?? null,
  containers: where === undefined ? null : { where: where.kind, evidence: evidenceOf(where) },
  error: trouble?.message ?? null,
  next: trouble?.next ?? [],
});

const tlsRecord = (tls: TlsFiles | undefined) =>
  tls === undefined
    ? null
    : { verified: tls.acceptsAny !== true, ca: tls.ca ?? null, cert: tls.cert ?? null, key: tls.key ?? null };

function evidenceOf(where: NonNullable<EngineLook['where']>): string | null {
  if (where.kind === 'unknown') return null;
  return where.kind === 'here' ? `"${where.container}" is process ${where.pid} of this host` : where.evidence;
}
