import { askJson } from '../../../web/assets/token.js';

/** @import { Detail } from '../detail.ts' */

/** @returns {Promise<Detail | undefined>} */
export async function askDetail(/** @type {number} */ call, /** @type {number} */ from) {
  return askJson(`/call/${call}?from=${from}`);
}
