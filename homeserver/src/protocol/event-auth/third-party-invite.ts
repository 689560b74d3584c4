import type { JsonObject, JsonValue } from '../canonical-json.ts';
import { isJsonObject, ownValue } from '../json-values.ts';
import { verifySignedJson } from '../signing.ts';
import { ALLOWED, type AuthContext, type AuthDecision, rejected } from './decision.ts';

/** Rule 4.4.1: an invitation that redeems an `m.room.third_party_invite`. */
export function authorizeThirdPartyInvite(context: AuthContext, target: string): AuthDecision {
  const { pdu } = context;
  // 4.4.1.1: The banned cannot be invited.
  if (context.membershipOf(target) === 'ban') return rejected('The user is banned');
  // 4.4.1.2, 4.4.1.3: The identity server's statement, complete.
  const signed = ownValue(pdu.content.third_party_invite, 'signed');
  if (!isJsonObject(signed)) return rejected('The third-party invite is not signed');
  const { mxid, token } = signed;
  if (mxid === undefined || typeof token !== 'string')
    return rejected('The third-party invite lacks mxid or token');
  // 4.4.1.4: It is about the invited user.
  if (mxid !== target) return rejected('The third-party invite is for another user');
  // 4.4.1.5, 4.4.1.6: The room has such an invite, of this sender.
  const promise = context.state('m.room.third_party_invite', token);
  if (promise === undefined) return rejected('The room has no such third-party invite');
  if (promise.sender !== pdu.sender) return rejected('The third-party invite is by another sender');
  // 4.4.1.7: Any signature by any of its keys.
  if (publicKeysOf(promise.content).some((publicKey) => hasSignatureBy(signed, publicKey))) return ALLOWED;
  // 4.4.1.8
  return rejected('The third-party invite is not signed by a key of the invite');
}

function publicKeysOf(content: JsonObject): string[] {
  const list = content.public_keys;
  const listed = Array.isArray(list) ? list.map((entry) => ownValue(entry, 'public_key')) : [];
  return [content.public_key, ...listed].filter((key) => typeof key === 'string');
}

function hasSignatureBy(signed: JsonObject, publicKey: string): boolean {
  const signatures: JsonValue | undefined = signed.signatures;
  if (!isJsonObject(signatures)) return false;
  return Object.entries(signatures).some(
    ([serverName, byKey]) =>
      isJsonObject(byKey) &&
      Object.keys(byKey).some(
        (keyId) => keyId.startsWith('ed25519:') && verifySignedJson(signed, serverName, keyId, publicKey),
      ),
  );
}
