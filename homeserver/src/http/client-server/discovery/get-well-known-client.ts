import { endpoint } from '../../endpoint.ts';

/** Leads a client that knows only the server's name to its address. */
export const getWellKnownClient = endpoint('getWellknown', {}, ({ services }) => ({
  'm.homeserver': { base_url: services.publicUrl },
}));
