/** @import { Row } from '../../row.ts' */

/** The class by which a call has its colour. */
export function classOf(/** @type {Row} */ { status, failure, end }) {
  if (failure !== '' && (status === null || status < 400)) return 'bad';
  if (status === null) return 'open';
  if (status >= 500) return 's5';
  if (status >= 400) return 's4';
  if (end === null) return 'open';
  return status >= 300 ? 's3' : 's2';
}
