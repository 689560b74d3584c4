import { notFound } from '../../protocol/errors.ts';
import { federationEndpoint } from './federation-endpoint.ts';

/** Leads other servers, which know only this one's name, to where it is. */
export const getWellKnown = federationEndpoint('getWellKnown', {}, ({ services }) => {
  const { name } = services.forServers;
  if (name === undefined) throw notFound('This server is where its name says');
  return { 'm.server': name };
});
