import { MatrixError } from '../protocol/errors.ts';
import { type Storage, UnitOfWork, type UpstreamUser } from '../storage/index.ts';
import { checkEmail } from './email-address.ts';
import { addressInUse } from './emails.ts';

/** An address outside Matrix, as an admin names it. */
export interface AddressOfUser {
  readonly medium: string;
  readonly address: string;
}

/**
 * Gives somebody these addresses and no others, as confirmed.
 *
 * @param now milliseconds since the Unix epoch.
 * @throws {MatrixError} 400 `M_THREEPID_IN_USE` for an address of somebody else, `M_INVALID_PARAM` for none.
 */
export async function replaceAddresses(
  { thirdPartyIds, pushers, database }: Storage,
  userNid: number,
  wanted: readonly AddressOfUser[],
  now: number,
): Promise<void> {
  const written = wanted.map(({ medium, address }) => ({
    medium,
    address: medium === 'email' ? checkEmail(address) : address,
  }));
  const left = new Map(written.map((id) => [JSON.stringify([id.medium, id.address]), id]));
  const unit = new UnitOfWork();
  for (const { medium, address } of await thirdPartyIds.list(userNid)) {
    if (!left.delete(JSON.stringify([medium, address]))) {
      thirdPartyIds.delete(unit, userNid, medium, address);
      if (medium === 'email') pushers.deleteOfAddress(unit, userNid, address);
    }
  }
  for (const { medium, address } of left.values()) {
    if ((await thirdPartyIds.owner(medium, address)) !== undefined) throw addressInUse();
    thirdPartyIds.add(unit, userNid, { medium, address, validatedTs: now, addedTs: now });
  }
  if (!unit.isEmpty) await database.commit(unit);
}

/**
 * Links somebody to these accounts with identity providers and to no others.
 *
 * @throws {MatrixError} 409 `M_UNKNOWN`, as Synapse, for an account that is somebody else's here.
 */
export async function replaceUpstreamAccounts(
  { upstreamUsers, database }: Storage,
  userNid: number,
  wanted: readonly UpstreamUser[],
): Promise<void> {
  const unit = new UnitOfWork();
  upstreamUsers.deleteOfUser(unit, userNid);
  const distinct = new Map(wanted.map((link) => [JSON.stringify([link.provider, link.subject]), link]));
  for (const { provider, subject } of distinct.values()) {
    const owner = await upstreamUsers.userOf(provider, subject);
    if (owner !== undefined && owner !== userNid) {
      throw new MatrixError(409, 'M_UNKNOWN', 'This account of the provider belongs to somebody else here');
    }
    upstreamUsers.add(unit, provider, subject, userNid);
  }
  await database.commit(unit);
}
