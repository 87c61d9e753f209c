/**
 * The variable that tells dbg that it was brought to where the containers are (src/far/). The words
 * that led it there (-H, -c, --via) mean nothing any more: they would lead on and on.
 */
export const THERE_VARIABLE = 'DBG_THERE';
