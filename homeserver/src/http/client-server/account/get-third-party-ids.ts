import { endpoint } from '../../endpoint.ts';

/** The mail addresses and telephone numbers of the user: this server keeps none. */
export const getThirdPartyIds = endpoint('getAccount3PIDs', {}, () => ({ threepids: [] }));
