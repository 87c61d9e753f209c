/** The label of each container of dbg's own. Its value is the key of the dbg that made it. */
export const HELPER_LABEL = 'dbg.helper';
